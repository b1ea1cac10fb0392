//! What a client may offer.

use std::net::Ipv4Addr;

use str0m::{format, media::Direction};

use super::{
    super::{LegId, credentials},
    *,
};
use crate::{error::Reason, media::Sdp};

fn setup() -> Setup {
    let crypto = str0m::crypto::from_feature_flags();
    let certificate = crypto.dtls_provider.generate_certificate();
    Setup {
        credentials: credentials(LegId::new(1, 0).shard()),
        addresses: [SocketAddr::from((Ipv4Addr::LOCALHOST, 9))].into(),
        certificate: Arc::new(certificate.expect("a certificate")),
        ice_lite: false,
        tcp: false,
        layered: Arc::default(),
        codecs: Codec::ALL.to_vec(),
    }
}

#[test]
fn an_offer_that_the_library_does_not_survive_is_refused() {
    let text = offer().as_str().replace(" 64 65", " 109 65");
    let text = text.replace(":64 ", ":109 ").replace("apt=64", "apt=109");
    let sdp = Sdp::parse(&text).expect("it is SDP all the same");
    let mut webrtc = Webrtc::new(&setup(), Instant::now());
    let refused = webrtc.answer(&sdp).expect_err("one number for two codecs");
    assert_eq!(refused.reason(), Reason::InvalidSdp);
    assert!(refused.to_string().contains("given up"), "{refused}");
}

/// The offer of a client that numbers its payload types as no other does.
fn offer() -> Sdp {
    let mut config = RtcConfig::new().clear_codecs();
    let codecs = config.codec_config();
    codecs.add_config(
        109.into(),
        None,
        format::Codec::Opus,
        str0m::media::Frequency::FORTY_EIGHT_KHZ,
        Some(2),
        format::FormatParams::default(),
    );
    codecs.add_h264(64.into(), Some(65.into()), true, 0x42_e0_1f);
    let mut client = config.build(Instant::now());
    let mut api = client.sdp_api();
    for kind in [
        str0m::media::MediaKind::Audio,
        str0m::media::MediaKind::Video,
    ] {
        api.add_media(kind, Direction::SendRecv, None, None, None);
    }
    let (offer, _) = api.apply().expect("something was added");
    Sdp::parse(&offer.to_sdp_string()).expect("SDP")
}

#[test]
fn payload_types_are_those_of_the_offer() {
    let mut webrtc = Webrtc::new(&setup(), Instant::now());
    let (_, sections) = webrtc.answer(&offer()).expect("an answer");
    let codecs: Vec<_> = sections.iter().map(|section| &section.codecs[..]).collect();
    assert_eq!(codecs, [&[Codec::Opus][..], &[Codec::H264]]);
    assert_eq!(webrtc.codecs[109], Some(Codec::Opus));
    assert_eq!(webrtc.codecs[64], Some(Codec::H264));
}

#[test]
fn useless_candidates_do_not_cost_the_others() {
    let mut webrtc = Webrtc::new(&setup(), Instant::now());
    let hidden =
        "candidate:1 1 udp 2113937151 3480c818-3244-43c4-adbb-c4abf3bb4efc.local 54333 typ host";
    webrtc.add_candidate(hidden);
    webrtc.add_candidate("candidate:2 1 udp 2122260223 192.0.2.7 50000 typ host generation 0");
    assert_eq!(
        webrtc.remotes(),
        [SocketAddr::from(([192, 0, 2, 7], 50_000))]
    );
    for port in 1..1000 {
        webrtc.add_candidate(&format!("candidate:3 1 udp 1 192.0.2.7 {port} typ host"));
    }
    assert_eq!(webrtc.remotes.len(), MAX_REMOTES);
}
