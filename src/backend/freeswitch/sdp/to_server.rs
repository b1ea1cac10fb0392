//! The descriptions of clients, as FreeSWITCH takes them.

use std::net::IpAddr;

use super::{
    Back, TRANSPORT, codec, is_any, is_connectable, kinds, lines, reachable_at, value,
    write_refused,
};
use crate::{
    error::{Error, Reason, Result},
    media::{MediaKind, Sdp, SdpType, sdp::Section},
};

/// An offer as FreeSWITCH takes it.
#[derive(Clone, Debug)]
pub(in super::super) struct ForServer {
    /// What it gets.
    pub(in super::super) sdp: Sdp,
    /// What makes its answer one to the client's offer.
    pub(in super::super) back: Back,
}

/// A client's offer without what FreeSWITCH would leave out of its answer: data channels, every second audio and video
/// section, video without a codec that it has, and what has no transport of its own.
///
/// # Errors
/// `INVALID_SDP` if nothing is left.
pub(in super::super) fn for_server(offer: &Sdp, sdp_type: SdpType) -> Result<ForServer> {
    let mut kinds_taken: Vec<MediaKind> = Vec::new();
    let mut taken = Vec::new();
    let mut out = session_part(offer, sdp_type);
    for section in offer.sections() {
        let kind = section.kind().filter(|kind| {
            !kinds_taken.contains(kind) && is_takable(offer, &section, *kind, sdp_type)
        });
        kinds_taken.extend(kind);
        taken.push(kind.is_some());
        if kind.is_some() {
            write(offer, &section, section.protocol(), sdp_type, &mut out);
        }
    }
    if kinds_taken.is_empty() {
        let words = format!(
            "has nothing that FreeSWITCH could take (it offers {}): it needs audio, or video as VP8 or H.264, \
             with its own transport",
            kinds(offer)
        );
        return Err(Error::field(Reason::InvalidSdp, "offer.sdp", words));
    }
    let sdp = parsed(&out, "offer.sdp")?;
    let back = Back::new(offer.clone(), sdp_type, taken);
    Ok(ForServer { sdp, back })
}

/// A client's answer to an offer of FreeSWITCH: with the transports that were offered (the client was shown
/// their full names), and without a bundle. What has no transport of its own FreeSWITCH could not reach: it is refused.
///
/// # Errors
/// `INVALID_SDP` if it has other m-sections than the offer, or takes none of them.
pub(in super::super) fn answer_for_server(
    answer: &Sdp,
    offer: &Sdp,
    sdp_type: SdpType,
) -> Result<Sdp> {
    let wrong = |words: String| Err(Error::field(Reason::InvalidSdp, "answer.sdp", words));
    let same = answer.sections().map(|section| section.media());
    if !same.eq(offer.sections().map(|section| section.media())) {
        return wrong(format!(
            "does not have the m-sections of the offer, in its order (RFC 3264, section 6): it has {}, the offer {}",
            kinds(answer),
            kinds(offer)
        ));
    }
    let mut out = session_part(answer, sdp_type);
    let mut taken = 0;
    for (section, offered) in answer.sections().zip(offer.sections()) {
        let is_connected = sdp_type == SdpType::Rtp || is_connectable(answer, &section);
        if section.port() != 0 && is_connected {
            taken += 1;
            write(answer, &section, offered.protocol(), sdp_type, &mut out);
        } else {
            write_refused(&offered, &mut out);
        }
    }
    if taken == 0 {
        return wrong(format!(
            "takes nothing of what was offered ({})",
            kinds(offer)
        ));
    }
    parsed(&out, "answer.sdp")
}

fn is_takable(offer: &Sdp, section: &Section<'_>, kind: MediaKind, sdp_type: SdpType) -> bool {
    let has_codec = match kind {
        MediaKind::Audio => true,
        // It answers video of which it has no codec with VP8, under a number that means something else.
        MediaKind::Video => {
            let known = |name: &String| matches!(name.as_str(), "vp8" | "h264");
            codec::names(section).iter().any(known)
        }
        MediaKind::Data => false,
    };
    let is_connected = sdp_type == SdpType::Rtp || is_connectable(offer, section);
    has_codec && is_connected && section.port() != 0
}

fn session_part(sdp: &Sdp, sdp_type: SdpType) -> String {
    let is_moved = |line: &str| {
        sdp_type == SdpType::Webrtc && (line.starts_with("c=") || is_any(line, &TRANSPORT))
    };
    let mut out = String::with_capacity(sdp.as_str().len());
    for line in lines(sdp.session_part()) {
        if !is_moved(line) && value(line, "group").is_none() {
            push(line, &mut out);
        }
    }
    out
}

fn write(sdp: &Sdp, section: &Section<'_>, proto: &str, sdp_type: SdpType, out: &mut String) {
    let own = lines(section.text()).skip(1);
    // A client that trickled has 0.0.0.0 there, which is a call on hold to FreeSWITCH.
    let at = reachable_at(section).filter(|_| sdp_type == SdpType::Webrtc);
    let Some((address, port)) = at else {
        write_m_line(section, section.port(), proto, out);
        own.for_each(|line| push(line, out));
        return;
    };
    let family = match address {
        IpAddr::V4(_) => "IP4",
        IpAddr::V6(_) => "IP6",
    };
    write_m_line(section, port, proto, out);
    push(&format!("c=IN {family} {address}"), out);
    let missing = |name: &&str| section.attribute(name).is_none();
    let missing: Vec<&str> = TRANSPORT.into_iter().filter(missing).collect();
    let of_all = lines(sdp.session_part()).filter(|line| is_any(line, &missing));
    let all: Vec<&str> = own
        .filter(|line| !line.starts_with("c="))
        .chain(of_all)
        .collect();
    // It takes the last fingerprint, and answers with the same hash.
    let is_usual = |line: &str| {
        value(line, "fingerprint")
            .is_some_and(|hash| hash.to_ascii_lowercase().starts_with("sha-256 "))
    };
    let has_usual = all.iter().any(|line| is_usual(line));
    for line in all {
        if !has_usual || is_usual(line) || value(line, "fingerprint").is_none() {
            push(line, out);
        }
    }
}

fn write_m_line(section: &Section<'_>, port: u16, proto: &str, out: &mut String) {
    let formats: Vec<&str> = section.formats().collect();
    let media = section.media();
    push(
        &format!("m={media} {port} {proto} {}", formats.join(" ")),
        out,
    );
}

fn push(line: &str, out: &mut String) {
    out.push_str(line);
    out.push_str("\r\n");
}

fn parsed(text: &str, field: &'static str) -> Result<Sdp> {
    Sdp::parse(text).map_err(|fault| Error::field(Reason::InvalidSdp, field, fault.to_string()))
}
