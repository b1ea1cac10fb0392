//! An m-section that the other side wrote.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Direction, Feedback, Format, Refused};
use crate::media::{MediaKind, Sdp, sdp::Section};

/// What the other side says of one m-section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    pub(crate) kind: MediaKind,
    pub(crate) mid: Option<String>,
    /// `RTP/AVP` or `RTP/AVPF`.
    pub(crate) protocol: &'static str,
    /// Where it wants RTP; none while it holds the call by the address 0.0.0.0 (RFC 3264, section 8.4).
    pub(crate) rtp: Option<SocketAddr>,
    /// Where it wants RTCP, unless that shares the RTP port (RFC 3605).
    pub(crate) rtcp: Option<SocketAddr>,
    pub(crate) rtcp_mux: bool,
    /// As it sees it.
    pub(crate) direction: Direction,
    pub(crate) formats: Vec<Format>,
    pub(crate) feedback: Feedback,
}

impl Remote {
    /// Reads `section` of `sdp`.
    pub(super) fn read(sdp: &Sdp, section: &Section<'_>) -> Result<Self, Refused> {
        let kind = section.kind().filter(|kind| *kind != MediaKind::Data);
        let kind = kind.ok_or(Refused::Kind)?;
        let port = section.port();
        if port == 0 {
            return Err(Refused::Port);
        }
        let protocol = ["RTP/AVP", "RTP/AVPF"];
        let known = protocol
            .into_iter()
            .find(|known| *known == section.protocol());
        let protocol = known.ok_or(Refused::Protocol)?;
        let ip = address(section.text()).or_else(|| address(sdp.session_part()));
        let ip = usable(ip.ok_or(Refused::Address)?)?;
        let direction = Direction::said_in(section.text())
            .or_else(|| Direction::said_in(sdp.session_part()))
            .unwrap_or(Direction::BOTH);
        Ok(Self {
            kind,
            mid: section.mid().map(str::to_owned),
            protocol,
            rtp: ip.map(|ip| SocketAddr::new(ip, port)),
            rtcp: ip.and_then(|ip| rtcp(section, ip, port)),
            rtcp_mux: section.attribute("rtcp-mux").is_some(),
            direction: Direction {
                receive: direction.receive && ip.is_some(),
                ..direction
            },
            formats: Format::all(section),
            feedback: Feedback::of(section),
        })
    }
}

/// The address of the first `c=` line in `text`.
fn address(text: &str) -> Option<IpAddr> {
    text.lines()
        .find_map(|line| network(line.strip_prefix("c=")?))
}

/// The address of `IN IP4 <address>[/<ttl>]`.
fn network(text: &str) -> Option<IpAddr> {
    let mut words = text.split_ascii_whitespace();
    let family = (words.next()?, words.next()?);
    let ip: IpAddr = words.next()?.split('/').next()?.parse().ok()?;
    let fits = matches!(
        (family, ip),
        (("IN", "IP4"), IpAddr::V4(_)) | (("IN", "IP6"), IpAddr::V6(_))
    );
    fits.then_some(ip)
}

/// `ip`, or none if it is the one that means hold; never one that reaches many.
fn usable(ip: IpAddr) -> Result<Option<IpAddr>, Refused> {
    let many = ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST);
    if many {
        return Err(Refused::Address);
    }
    Ok((!ip.is_unspecified()).then_some(ip))
}

/// Where RTCP goes: as `a=rtcp` says (RFC 3605), else one port up.
fn rtcp(section: &Section<'_>, ip: IpAddr, port: u16) -> Option<SocketAddr> {
    let Some(value) = section.attribute("rtcp") else {
        return Some(SocketAddr::new(ip, port.checked_add(1)?));
    };
    let (port, rest) = value.split_once(' ').unwrap_or((value, ""));
    let port = port.trim().parse().ok().filter(|port| *port != 0_u16)?;
    let own = network(rest).and_then(|ip| usable(ip).ok().flatten());
    Some(SocketAddr::new(own.unwrap_or(ip), port))
}
