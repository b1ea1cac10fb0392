//! The requests that all parts send.

use mediaplane::proto::{
    CreateSessionRequest, DestroySessionRequest, P2p, SdpType, SessionDescription, SessionType,
    SetAnswerRequest, session_type::Kind,
};

/// A description as large as the one that the original system was measured with.
pub(crate) const SDP: &str = "v=0\r\n\
    o=- 46117314004300513 2 IN IP4 127.0.0.1\r\n\
    s=-\r\n\
    t=0 0\r\n\
    a=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=ice-ufrag:4ZcD\r\n\
    a=ice-pwd:2/1muCWoOi3uLifh0NuRHlqk\r\n\
    a=fingerprint:sha-1 6A:2B:6F:4D:92:11:0C:5E:77:A9:3D:E8:41:5B:C6:08:F2:9E:1D:70\r\n\
    a=setup:actpass\r\n\
    a=mid:0\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:111 opus/48000/2\r\n";

const _: () = assert!(SDP.len() == 328, "the size is part of the measurement");

/// The description as the API has it.
pub(crate) fn description() -> SessionDescription {
    SessionDescription {
        sdp: SDP.to_owned(),
        sdp_type: SdpType::Webrtc.into(),
        trickle_ice: false,
    }
}

/// A p2p session with an offer, whose events go to `subscriber` (empty: the default stream).
pub(crate) fn create(subscriber: &str) -> CreateSessionRequest {
    CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(Kind::P2p(P2p::default())),
        }),
        offer: Some(description()),
        subscriber: subscriber.to_owned(),
        ..CreateSessionRequest::default()
    }
}

/// The answer to it.
pub(crate) fn answer(session_id: &str) -> SetAnswerRequest {
    SetAnswerRequest {
        session_id: session_id.to_owned(),
        answer: Some(description()),
    }
}

/// Its end.
pub(crate) fn destroy(session_id: &str) -> DestroySessionRequest {
    DestroySessionRequest {
        session_id: session_id.to_owned(),
        message: String::new(),
    }
}
