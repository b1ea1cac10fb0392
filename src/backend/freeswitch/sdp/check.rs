//! Whether a client's description has what FreeSWITCH needs.

use super::{attribute, is_connectable, kinds, reachable_at};
use crate::{
    error::{Error, Reason, Result},
    media::{Description, MediaKind, Sdp, SdpType, sdp::Section},
};

/// Checks a client's offer (`field` is `offer.sdp`) or answer (`answer.sdp`).
///
/// FreeSWITCH answers many a description that nothing could ever connect to, or refuses it without saying why.
/// That no line has a NUL or a stray CR, which would spoil a SIP message, [`Sdp::parse`] has seen to.
///
/// # Errors
/// `INVALID_SDP` or `NO_ICE_CANDIDATES`.
pub(in super::super) fn check_given(description: &Description, field: &'static str) -> Result<()> {
    let sdp = &description.sdp;
    let wrong = |words: String| Err(Error::field(Reason::InvalidSdp, field, words));
    if !sdp.sections().any(|section| is_media(&section)) {
        return wrong(format!(
            "has no audio or video that is not refused, only: {}",
            kinds(sdp)
        ));
    }
    match description.sdp_type {
        SdpType::Rtp => match sdp.sections().find(|section| !has_address(sdp, section)) {
            Some(section) => wrong(format!(
                "has no `c=` line (RFC 8866, section 5.7) for its {} section {}: \
                 FreeSWITCH cannot tell where its media should go",
                section.media(),
                section.index()
            )),
            None => Ok(()),
        },
        SdpType::Webrtc => check_webrtc(sdp, field),
    }
}

fn is_media(section: &Section<'_>) -> bool {
    let is_known = matches!(section.kind(), Some(MediaKind::Audio | MediaKind::Video));
    // A bundled one has port 0 and is not refused, but it has no transport of its own.
    is_known && section.port() != 0
}

/// Whether it is said where a section's media goes. `0.0.0.0` will do: FreeSWITCH takes it for a call on hold.
fn has_address(sdp: &Sdp, section: &Section<'_>) -> bool {
    let is_there = |text: &str| super::lines(text).any(|line| line.starts_with("c="));
    section.is_rejected() || is_there(section.text()) || is_there(sdp.session_part())
}

fn check_webrtc(sdp: &Sdp, field: &'static str) -> Result<()> {
    let media = || sdp.sections().filter(is_media);
    for (name, what) in [
        ("ice-ufrag", "a=ice-ufrag (RFC 8839, section 5.4)"),
        ("ice-pwd", "a=ice-pwd (RFC 8839, section 5.4)"),
        ("fingerprint", "a=fingerprint (RFC 8122, section 5)"),
    ] {
        if !media().any(|section| attribute(sdp, &section, name).is_some()) {
            let words = format!("has no {what}: nothing could ever connect to it");
            return Err(Error::field(Reason::InvalidSdp, field, words));
        }
    }
    if media().any(|section| is_connectable(sdp, &section)) {
        return Ok(());
    }
    let all: usize = sdp
        .sections()
        .map(|s| s.attributes("candidate").count())
        .sum();
    let words = if all == 0 {
        "has no candidate, and FreeSWITCH does not trickle: its candidates must be in it".to_owned()
    } else if media().any(|section| reachable_at(&section).is_some()) {
        "has its candidates in one m-section and its ICE credentials or its fingerprint in another: \
         FreeSWITCH does not bundle, each section needs its own"
            .to_owned()
    } else {
        format!(
            "has {all} candidates, but none that FreeSWITCH can use: UDP, an IP address, component 1, in an audio or \
             video section. TCP candidates and names that only their own network knows (`.local`) do not count"
        )
    };
    Err(Error::field(Reason::NoIceCandidates, field, words))
}
