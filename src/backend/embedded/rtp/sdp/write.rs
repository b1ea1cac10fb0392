//! Writes descriptions.

use std::{
    fmt::Write,
    net::{IpAddr, SocketAddr},
};

use super::{Direction, Feedback, Format};
use crate::media::sdp::Section;

/// An m-section to be written.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    /// One that is used.
    Used {
        media: &'static str,
        protocol: &'static str,
        rtp: SocketAddr,
        /// The second port, where it is needed or may be.
        rtcp: Option<SocketAddr>,
        rtcp_mux: bool,
        mid: Option<&'a str>,
        direction: Direction,
        formats: &'a [Format],
        feedback: Feedback,
    },
    /// One of the offer that is refused.
    Refused(Section<'a>),
}

/// The description with `lines` as its m-sections.
pub(crate) fn describe(id: u64, lines: &[Line<'_>]) -> String {
    let ip = lines.iter().find_map(|line| match line {
        Line::Used { rtp, .. } => Some(rtp.ip()),
        Line::Refused(_) => None,
    });
    let network = network(ip.expect("one m-section is used"));
    let mut out = format!("v=0\r\no=- {id} 1 {network}\r\ns=-\r\nc={network}\r\nt=0 0\r\n");
    for line in lines {
        line.write(&network, &mut out).expect("a String takes all");
    }
    out
}

fn network(ip: IpAddr) -> String {
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    format!("IN {family} {ip}")
}

impl Line<'_> {
    fn write(&self, session: &str, out: &mut String) -> std::fmt::Result {
        match self {
            Self::Used { .. } => self.write_used(session, out),
            Self::Refused(section) => {
                let (media, protocol) = (section.media(), section.protocol());
                let formats: Vec<_> = section.formats().collect();
                write!(out, "m={media} 0 {protocol} {}\r\n", formats.join(" "))?;
                match section.mid() {
                    Some(mid) => write!(out, "a=mid:{mid}\r\n"),
                    None => Ok(()),
                }
            }
        }
    }

    fn write_used(&self, session: &str, out: &mut String) -> std::fmt::Result {
        let Self::Used {
            media,
            protocol,
            rtp,
            rtcp,
            rtcp_mux,
            mid,
            direction,
            formats,
            feedback,
        } = self
        else {
            return Ok(());
        };
        let types: Vec<_> = formats.iter().map(|f| f.payload_type.to_string()).collect();
        write!(
            out,
            "m={media} {} {protocol} {}\r\n",
            rtp.port(),
            types.join(" ")
        )?;
        let own = network(rtp.ip());
        if own != session {
            write!(out, "c={own}\r\n")?;
        }
        if let Some(rtcp) = rtcp {
            write!(out, "a=rtcp:{} {}\r\n", rtcp.port(), network(rtcp.ip()))?;
        }
        if *rtcp_mux {
            out.push_str("a=rtcp-mux\r\n");
        }
        if let Some(mid) = mid {
            write!(out, "a=mid:{mid}\r\n")?;
        }
        for format in *formats {
            write_format(format, *feedback, out)?;
        }
        write!(out, "a={}\r\n", direction.as_str())
    }
}

fn write_format(format: &Format, feedback: Feedback, out: &mut String) -> std::fmt::Result {
    let payload_type = format.payload_type;
    write!(out, "a=rtpmap:{payload_type} {}\r\n", format.map())?;
    if let Some(fmtp) = &format.fmtp {
        write!(out, "a=fmtp:{payload_type} {fmtp}\r\n")?;
    }
    for name in feedback.names() {
        write!(out, "a=rtcp-fb:{payload_type} {name}\r\n")?;
    }
    Ok(())
}
