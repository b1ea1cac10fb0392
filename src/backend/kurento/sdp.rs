//! What must be done to descriptions on their way to and from the server.

use super::wire::Crypto;
use crate::{
    error::{Error, Reason, Result},
    media::{Description, MediaKind, Sdp, SdpType},
};

impl Crypto {
    /// What is offered.
    pub(super) fn usual() -> Self {
        Self::of(SUITES[0].1)
    }

    /// A new key for a suite.
    fn of(suite: &'static str) -> Self {
        use rand::{RngExt, distr::Alphanumeric};
        // RFC 3711, 8.2: 16 bytes of key and 14 of salt.
        let key = rand::rng().sample_iter(Alphanumeric).take(30);
        let key: String = key.map(char::from).collect();
        Self {
            suite,
            key: key.into(),
        }
    }
}

/// The suites of RFC 4568 that the server has, and what it calls them.
const SUITES: [(&str, &str); 2] = [
    ("AES_CM_128_HMAC_SHA1_80", "AES_128_CM_HMAC_SHA1_80"),
    ("AES_CM_128_HMAC_SHA1_32", "AES_128_CM_HMAC_SHA1_32"),
];

/// Whether a description has an m-section of this kind that is not refused.
pub(super) fn has(sdp: &Sdp, kind: MediaKind) -> bool {
    sdp.sections()
        .any(|section| section.kind() == Some(kind) && !section.is_rejected())
}

/// The keying of the server's side, if the offer has one.
///
/// # Errors
/// `INVALID_SDP` if none of the offered suites is known.
pub(super) fn crypto(offer: &Sdp) -> Result<Option<Crypto>> {
    let secured = |section: &crate::media::sdp::Section<'_>| {
        section.protocol().contains("SAVP") && !section.is_rejected()
    };
    let Some(section) = offer.sections().find(secured) else {
        return Ok(None);
    };
    let offered: Vec<&str> = section
        .attributes("crypto")
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    let suite = SUITES.iter().find(|(name, _)| offered.contains(name));
    match suite {
        Some((_, own)) => Ok(Some(Crypto::of(own))),
        None => {
            let words =
                "offers SRTP, but no `a=crypto` (RFC 4568) with AES_CM_128_HMAC_SHA1_80 or _32";
            Err(Error::field(Reason::InvalidSdp, "offer.sdp", words))
        }
    }
}

/// Whether a client's description has what a connection needs: the server answers one without and never connects.
///
/// # Errors
/// `INVALID_SDP`.
pub(super) fn check_given(description: &Description, field: &'static str) -> Result<()> {
    if description.sdp_type == SdpType::Rtp {
        return Ok(());
    }
    let sdp = &description.sdp;
    for (name, what) in [
        ("ice-ufrag", "a=ice-ufrag (RFC 8839, section 5.4)"),
        ("fingerprint", "a=fingerprint (RFC 8122, section 5)"),
    ] {
        let line = format!("a={name}:");
        let for_all = sdp.session_part().lines().any(|own| own.starts_with(&line));
        let mut in_use = sdp.sections().filter(|section| !section.is_rejected());
        // A bundled m-section may leave it to the one that it is bundled with (RFC 9143, section 7.1.3).
        if !for_all && !in_use.any(|section| section.attribute(name).is_some()) {
            let words = format!("has no {what}: nothing could ever connect to it");
            return Err(Error::field(Reason::InvalidSdp, field, words));
        }
    }
    Ok(())
}

/// An offer of the server as clients take it.
///
/// A browser's must name its transport in full (RFC 8829, section 5.1.2). Many telephones refuse the feedback profile
/// (RFC 4585), and the server takes an answer without it.
pub(super) fn for_client(offer: &Sdp, sdp_type: SdpType) -> Sdp {
    let profiles: &[(&str, &str)] = match sdp_type {
        SdpType::Webrtc => &[(" RTP/SAVPF ", " UDP/TLS/RTP/SAVPF ")],
        SdpType::Rtp => &[(" RTP/AVPF ", " RTP/AVP "), (" RTP/SAVPF ", " RTP/SAVP ")],
    };
    let lines = offer.as_str().split_inclusive('\n').map(|line| {
        let profile = profiles.iter().find(|(own, _)| line.contains(own));
        match profile.filter(|_| line.starts_with("m=")) {
            Some((own, theirs)) => line.replace(own, theirs),
            None => line.to_owned(),
        }
    });
    Sdp::parse(&lines.collect::<String>()).unwrap_or_else(|_| offer.clone())
}

/// Whether an answer of the server answers anything: where nothing fits it refuses all m-sections without a word.
///
/// # Errors
/// `INVALID_SDP`.
pub(super) fn check_answer(answer: &Sdp, offer: &Sdp) -> Result<()> {
    // Data alone is an answer only to who offered nothing else.
    let is_media = |kind| matches!(kind, Some(MediaKind::Audio | MediaKind::Video));
    let offers_media = offer.sections().any(|section| is_media(section.kind()));
    let answers = |section: &crate::media::sdp::Section<'_>| {
        !section.is_rejected() && (is_media(section.kind()) || !offers_media)
    };
    if answer.sections().any(|section| answers(&section)) {
        return Ok(());
    }
    let offered: Vec<&str> = offer.sections().map(|section| section.media()).collect();
    let words = format!(
        "cannot be used by Kurento: it refused all of its m-sections ({}); \
         check that sdp_type is that of the description, and its codecs (Opus, PCMU, PCMA; VP8, H.264)",
        offered.join(", ")
    );
    Err(Error::field(Reason::InvalidSdp, "offer.sdp", words))
}
