//! How datagrams go out: those that are alike in one call to the kernel.
//!
//! They are sent by the socket itself: tokio would first wait to hear that it can be written to, and lose what comes before.

use std::{
    io::{self, IoSlice},
    os::fd::AsRawFd as _,
};

use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};
use socket2::SockRef;
use tokio::net::UdpSocket;

use crate::backend::embedded::plane::Transmit;

/// The most datagrams that the kernel divides one call into (`UDP_MAX_SEGMENTS` of older kernels).
const SEGMENTS: usize = 64;

/// The most bytes of one call: what fits into a datagram of IPv4.
const BYTES: usize = 65_507;

/// Sends datagrams that are all alike ([`Transmit::is_like`]); how many of them the kernel took.
pub(super) fn send(socket: &UdpSocket, alike: &[Transmit]) -> usize {
    let length = alike.first().map_or(0, |first| first.contents.len());
    let most = (BYTES / length.max(1)).clamp(1, SEGMENTS);
    alike.chunks(most).map(|some| send_some(socket, some)).sum()
}

fn send_some(socket: &UdpSocket, alike: &[Transmit]) -> usize {
    if alike.len() > 1 {
        match send_at_once(socket, alike) {
            Ok(_) => return alike.len(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return 0,
            // The network device, or this kernel, cannot do it.
            Err(_) => {}
        }
    }
    let each = alike.iter();
    each.filter(|one| {
        let sent = SockRef::from(socket).send_to(&one.contents, &one.destination.into());
        sent.is_ok()
    })
    .count()
}

/// One call for all of them, which the kernel or the network device divides (UDP GSO).
fn send_at_once(socket: &UdpSocket, alike: &[Transmit]) -> io::Result<usize> {
    let parts: Vec<IoSlice<'_>> = alike
        .iter()
        .map(|one| IoSlice::new(&one.contents))
        .collect();
    let length = u16::try_from(alike[0].contents.len());
    let length = length.map_err(|_| io::ErrorKind::InvalidInput)?;
    let segments = [ControlMessage::UdpGsoSegments(&length)];
    let to = SockaddrStorage::from(alike[0].destination);
    let sent = sendmsg(
        socket.as_raw_fd(),
        &parts,
        &segments,
        MsgFlags::empty(),
        Some(&to),
    );
    Ok(sent?)
}
