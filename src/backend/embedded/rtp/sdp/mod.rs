//! Offer and answer of plain RTP (RFC 3264, RFC 8866): read, matched, written.

mod direction;
mod feedback;
mod format;
mod remote;
mod write;

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use crate::{
    error::{Error, Reason, Result},
    media::{Codec, MediaKind, Sdp},
};

pub use direction::Direction;
pub(super) use feedback::Feedback;
pub(super) use format::{Encoding, Format, offered, selected};
pub(super) use remote::Remote;
pub(super) use write::{Line, describe};

/// The most m-sections that a description may have.
const MAX_SECTIONS: usize = 16;

/// The sockets of one m-section, and what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The address that the other side is told to send RTP to: that of the socket, or its NAT's.
    pub rtp: SocketAddr,
    /// The address of a second socket for RTCP, for a side that cannot share one port (RFC 5761).
    ///
    /// Without it RTCP is sent from the RTP socket, and what the other side sends elsewhere is lost.
    pub rtcp: Option<SocketAddr>,
    /// The most that may flow; the other side may allow less.
    pub direction: Direction,
}

/// An m-section of an offer of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Audio or video.
    pub kind: MediaKind,
    /// Its sockets.
    pub local: Local,
    /// Its codecs, preferred first; those of another kind are left out.
    pub codecs: Vec<Codec>,
}

/// What answering an m-section takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Audio or video.
    pub kind: MediaKind,
    /// RTCP shares the RTP port, so that one socket does.
    pub rtcp_mux: bool,
    /// Where the other side wants its media; none while it holds the call. It tells the address family to use.
    pub remote: Option<IpAddr>,
    /// The codecs that both sides know, in the offer's order.
    pub codecs: Vec<Codec>,
}

/// What each m-section of `offer` takes to be answered with some of `codecs`; none for those that will be refused.
///
/// # Errors
/// `INVALID_SDP` if not a single section can be used; the message says what is wrong with each.
pub fn needs(offer: &Sdp, codecs: &[Codec]) -> Result<Vec<Option<Need>>> {
    let read = read(offer)?;
    let needs: Vec<Result<Need, Refused>> = read
        .into_iter()
        .map(|section| section.and_then(|section| need(&section, codecs)))
        .collect();
    if needs.iter().all(Result::is_err) {
        return Err(unusable(
            needs.iter().filter_map(|need| need.as_ref().err()),
        ));
    }
    Ok(needs.into_iter().map(Result::ok).collect())
}

fn need(section: &Remote, codecs: &[Codec]) -> Result<Need, Refused> {
    let chosen = selected(&section.formats, codecs);
    let mut codecs: Vec<Codec> = Vec::new();
    for codec in chosen.iter().filter_map(Format::codec) {
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
    }
    if codecs.is_empty() {
        return Err(Refused::Codecs);
    }
    Ok(Need {
        kind: section.kind,
        rtcp_mux: section.rtcp_mux,
        remote: section.rtp.map(|address| address.ip()),
        codecs,
    })
}

/// Every m-section of `sdp`, or why it is refused.
pub(super) fn read(sdp: &Sdp) -> Result<Vec<Result<Remote, Refused>>> {
    let count = sdp.sections().count();
    if count == 0 || count > MAX_SECTIONS {
        let message = format!("the SDP has {count} m-sections: give 1 to {MAX_SECTIONS}");
        return Err(Error::new(Reason::InvalidSdp, message));
    }
    let sections = sdp.sections();
    Ok(sections.map(|s| Remote::read(sdp, &s)).collect())
}

/// Why an m-section cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Port,
    Kind,
    Protocol,
    Address,
    Family,
    Codecs,
    Caller,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Port => "is switched off by port 0",
            Self::Kind => "is neither audio nor video",
            Self::Protocol => {
                "is not RTP/AVP or RTP/AVPF: give a WebRTC description as one of SDP type WebRTC"
            }
            Self::Address => {
                "has no line `c=IN IP4 <address>` or `c=IN IP6 <address>` with a unicast address"
            }
            Self::Family => "has an address of another IP version than this side has",
            Self::Codecs => "has no codec that can be used here",
            Self::Caller => "is not wanted here",
        })
    }
}

/// The error for a description without any m-section to use.
pub(super) fn unusable<'a>(faults: impl Iterator<Item = &'a Refused>) -> Error {
    let named = faults
        .enumerate()
        .map(|(index, fault)| format!("m-section {index} {fault}"));
    let message = format!(
        "no m-section of the SDP can be used: {}",
        named.collect::<Vec<_>>().join("; ")
    );
    Error::new(Reason::InvalidSdp, message)
}
