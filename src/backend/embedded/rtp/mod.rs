//! Plain RTP legs (RFC 3550): one UDP port for each m-section, neither ICE nor DTLS, as SIP endpoints speak it.
//!
//! [`Session`] is a machine without socket and clock. Its caller
//! 1. reads with [`needs`] what an offer asks for, opens the sockets and calls [`Session::answer`]; or opens them first
//!    and calls [`Session::offer`], then [`Session::accept`];
//! 2. gives every datagram to [`Session::receive`] and every packet to be sent to [`Session::send`];
//! 3. after each call carries out [`Session::poll_transmit`] and [`Session::poll_event`] until they are empty, and calls
//!    [`Session::handle_timeout`] when [`Session::poll_timeout`] has come.
//!
//! Reading order: [`sdp`] and `negotiation` are offer and answer, `section` is one m-section with its two directions (`inbound`,
//! `outbound`), `route` is where its datagrams come from and go to, `report` its feedback, `tone` its DTMF.

mod inbound;
mod negotiation;
mod outbound;
mod rate;
mod report;
mod route;
mod rtcp;
pub mod sdp;
mod section;
mod session;
#[cfg(test)]
mod tests;
mod tone;

use std::{net::SocketAddr, time::Duration};

use super::packet::SenderTime;

pub use sdp::{Direction, Local, Need, Wanted, needs};
pub use session::Session;

/// The largest datagram that is read or sent, in bytes: what an Ethernet carries.
pub const MAX_DATAGRAM: usize = 1500;

/// A datagram to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The index of the m-section whose socket sends it.
    pub section: usize,
    /// From the section's RTCP socket; never set where RTCP shares the RTP port.
    pub rtcp: bool,
    /// Where to.
    pub destination: SocketAddr,
    /// What.
    pub contents: Vec<u8>,
}

/// What the other side did, beside sending media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A tone ended (RFC 4733). Told once, however often its end was sent.
    Tone {
        /// The index of the m-section.
        section: usize,
        /// One of `0-9 * # A-D`.
        digit: char,
        /// How long it lasted.
        duration: Duration,
    },
    /// How the time of the stream that arrives relates to its sender's clock (RFC 3550, 6.4.1).
    SenderTime {
        /// The index of the m-section.
        section: usize,
        /// The relation, in the timestamps of the packets that [`Session::receive`] yields.
        time: SenderTime,
    },
    /// A keyframe of what is sent was asked for (RFC 4585, 6.3.1; RFC 5104, 4.3.1). Not rate limited.
    KeyframeWanted {
        /// The index of the m-section.
        section: usize,
    },
    /// The media comes from another address than the description says, and is sent there from now on (RFC 4961).
    Latched {
        /// The index of the m-section.
        section: usize,
        /// The address.
        address: SocketAddr,
    },
    /// The other side stopped sending and says so (RFC 3550, 6.6).
    Left {
        /// The index of the m-section.
        section: usize,
    },
}
