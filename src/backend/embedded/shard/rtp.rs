//! The sockets of legs that speak plain RTP, and how such a leg is opened.

use std::{
    io,
    net::IpAddr,
    sync::Arc,
    time::{Instant, SystemTime},
};

use tokio::{net::UdpSocket, sync::mpsc, task::JoinHandle};

use super::{Worker, net::Ports, run::Arrived};
use crate::{
    backend::embedded::{
        plane::{Begun, Given, LegId, Opening, Pair, Plain, Wanted},
        rtp::{self, Direction, Local, Session, needs},
    },
    error::{Error, Reason, Result},
    media::{Codec, MediaKind, Sdp},
};

/// The largest datagram that is read, in bytes: media never fragments.
pub(super) const DATAGRAM: usize = 2048;

/// The sockets of legs that speak plain RTP.
pub(super) struct Sockets {
    /// The addresses that may be listened on, the favourite first.
    addresses: Vec<IpAddr>,
    ports: Ports,
    /// How many sockets all WebRTC legs share: indices below that are theirs.
    shared: usize,
    sockets: Vec<Option<Socket>>,
    sender: mpsc::Sender<Arrived>,
}

struct Socket {
    socket: Arc<UdpSocket>,
    reader: JoinHandle<()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// The sockets of an m-section, and what the other side is told of them.
#[derive(Clone, Copy, Debug)]
struct Bound {
    pair: Pair,
    local: Local,
}

impl Sockets {
    pub(super) fn new(
        addresses: Vec<IpAddr>,
        range: Option<(u16, u16)>,
        shared: usize,
        sender: mpsc::Sender<Arrived>,
    ) -> Self {
        Self {
            addresses,
            ports: Ports::new(range),
            shared,
            sockets: Vec::new(),
            sender,
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<&UdpSocket> {
        let entry = self.sockets.get(at.checked_sub(self.shared)?)?;
        entry.as_ref().map(|entry| &*entry.socket)
    }

    pub(super) fn release(&mut self, pair: Pair) {
        for at in [pair.rtp, pair.rtcp] {
            self.sockets[at - self.shared] = None;
        }
    }

    /// Binds the sockets of an m-section of a leg, for a side that has this address, and reads them from now on.
    fn bind(&mut self, leg: LegId, section: usize, remote: Option<IpAddr>) -> Result<Bound> {
        let mut addresses = self.addresses.iter();
        let address = match remote {
            None => addresses.next(),
            Some(remote) => addresses.find(|own| own.is_ipv4() == remote.is_ipv4()),
        };
        let address = *address.ok_or_else(|| {
            let words = "has an address of a family (IPv4, IPv6) that media is not listened on in";
            Error::field(Reason::InvalidSdp, "sdp", words)
        })?;
        self.bind_at(leg, section, address).map_err(|error| {
            let words = format!("no port for RTP can be had at {address}: {error}");
            Error::new(Reason::LimitReached, words)
        })
    }

    fn bind_at(&mut self, leg: LegId, section: usize, address: IpAddr) -> io::Result<Bound> {
        let (rtp, rtcp) = self.ports.pair(address)?;
        let local = Local {
            rtp: rtp.local_addr()?,
            rtcp: Some(rtcp.local_addr()?),
            direction: Direction::BOTH,
        };
        let pair = Pair {
            rtp: self.add(rtp, leg, section, false)?,
            rtcp: self.add(rtcp, leg, section, true)?,
        };
        Ok(Bound { pair, local })
    }

    /// Its index among all sockets of the thread.
    fn add(
        &mut self,
        socket: std::net::UdpSocket,
        leg: LegId,
        section: usize,
        is_rtcp: bool,
    ) -> io::Result<usize> {
        let socket = Arc::new(UdpSocket::from_std(socket)?);
        let reading = read(socket.clone(), self.sender.clone(), leg, section, is_rtcp);
        let reader = tokio::task::spawn_local(reading);
        let free = self.sockets.iter().position(Option::is_none);
        let at = free.unwrap_or_else(|| {
            self.sockets.push(None);
            self.sockets.len() - 1
        });
        self.sockets[at] = Some(Socket { socket, reader });
        Ok(self.shared + at)
    }
}

async fn read(
    socket: Arc<UdpSocket>,
    sender: mpsc::Sender<Arrived>,
    leg: LegId,
    section: usize,
    is_rtcp: bool,
) {
    let mut buffer = vec![0; DATAGRAM];
    loop {
        let Ok((length, source)) = socket.recv_from(&mut buffer).await else {
            // The other side's machine has refused an earlier datagram: nothing that concerns reading.
            continue;
        };
        let datagram = Arrived::Plain {
            leg,
            section,
            is_rtcp,
            source,
            bytes: buffer[..length].to_vec(),
        };
        if sender.send(datagram).await.is_err() {
            return;
        }
    }
}

impl Worker {
    /// Opens a leg for a client that speaks plain RTP.
    ///
    /// # Errors
    /// `INVALID_SDP`, `LIMIT_REACHED` if no port is free. Nothing is left then.
    pub(in super::super) fn open_rtp(
        &mut self,
        opening: Opening,
        codecs: &[Codec],
        given: &Given,
    ) -> Result<Begun> {
        let mut bound = Vec::new();
        let opened = match given {
            Given::Offer(offer) => self.answer(&opening, codecs, offer, &mut bound),
            Given::Nothing(wanted) => self.offer(&opening, codecs, *wanted, &mut bound),
        };
        let pairs: Vec<Option<Pair>> = bound
            .into_iter()
            .map(|bound: Option<Bound>| bound.map(|bound| bound.pair))
            .collect();
        match opened {
            Ok((session, sdp)) => {
                let now = Instant::now();
                let plain = Plain::new(session, pairs);
                Ok(self.plane.open_plain(now, opening, plain, given, sdp))
            }
            Err(error) => {
                for pair in pairs.into_iter().flatten() {
                    self.rtp.release(pair);
                }
                Err(error)
            }
        }
    }

    fn answer(
        &mut self,
        opening: &Opening,
        codecs: &[Codec],
        offer: &Sdp,
        bound: &mut Vec<Option<Bound>>,
    ) -> Result<(Session, Sdp)> {
        for (index, need) in needs(offer, codecs)?.into_iter().enumerate() {
            bound.push(match need {
                Some(need) => Some(self.rtp.bind(opening.id, index, need.remote)?),
                None => None,
            });
        }
        let locals: Vec<Option<Local>> = bound
            .iter()
            .map(|bound| bound.map(|bound| bound.local))
            .collect();
        let mut session = Session::new(Instant::now(), SystemTime::now());
        let answer = session.answer(Instant::now(), offer, &locals, codecs)?;
        Ok((session, parsed(&answer)?))
    }

    fn offer(
        &mut self,
        opening: &Opening,
        codecs: &[Codec],
        wanted: Wanted,
        bound: &mut Vec<Option<Bound>>,
    ) -> Result<(Session, Sdp)> {
        let kinds = [
            (MediaKind::Audio, wanted.audio),
            (MediaKind::Video, wanted.video),
        ];
        let mut sections = Vec::new();
        for (kind, count) in kinds {
            for _ in 0..count {
                let one = self.rtp.bind(opening.id, sections.len(), None)?;
                bound.push(Some(one));
                sections.push(rtp::Wanted {
                    kind,
                    local: one.local,
                    codecs: codecs.to_vec(),
                });
            }
        }
        let mut session = Session::new(Instant::now(), SystemTime::now());
        let offer = session.offer(&sections)?;
        Ok((session, parsed(&offer)?))
    }
}

fn parsed(sdp: &str) -> Result<Sdp> {
    Sdp::parse(sdp).map_err(|error| {
        let words = format!("a description could not be made: {error}");
        Error::new(Reason::SessionFailed, words)
    })
}
