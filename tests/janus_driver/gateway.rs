//! `proxy` and `bridge` between a WebRTC client and an RTP endpoint, both ways.

use mediaplane::{
    Reason,
    media::{SdpType, SessionType, Update},
};

use crate::{
    support::{
        media::{Codec, Kind},
        peer::{self, Peer},
        received::Receives,
        rtp::RtpPeer,
    },
    world::{Opening, World, mute_audio, request, rtp, webrtc},
};

fn bridge(proxy: &Opening, sdp_type: SdpType) -> mediaplane::backend::Open {
    let peer_id = proxy.session_id.clone();
    mediaplane::backend::Open {
        sdp_type,
        ..request(SessionType::Bridge { peer_id }, None)
    }
}

#[tokio::test]
async fn a_browser_calls_a_telephone() {
    let world = World::new().await;
    let ip = world.janus.media_ip();
    let caller = Peer::offer(peer::Options::new(ip, 1).pcmu().data()).await;
    let offer = webrtc(caller.description());
    let mut from = world
        .open(request(SessionType::Proxy, Some(offer)))
        .await
        .expect("a proxy");
    let to = world
        .open(bridge(&from, SdpType::Rtp))
        .await
        .expect("a bridge");
    let offer = to.description.clone().expect("an offer");
    assert_eq!(offer.sdp_type, SdpType::Rtp);
    for webrtc_only in [
        "a=fingerprint",
        "a=extmap",
        "a=mid",
        "a=msid",
        "m=application",
        "1.1.1.1",
    ] {
        assert!(
            !offer.sdp.as_str().contains(webrtc_only),
            "{webrtc_only}: {}",
            offer.sdp.as_str()
        );
    }
    let mut phone = RtpPeer::bind(ip, 2, &[Codec::Pcmu]).await;
    let answer = phone.answer(offer.sdp.as_str());
    to.leg.accept(rtp(&answer)).await.expect("an answer");
    let answer = from.described().await;
    assert_eq!(answer.sdp_type, SdpType::Webrtc);
    assert!(
        answer.sdp.as_str().contains("m=application 0 "),
        "{}",
        answer.sdp.as_str()
    );
    caller.accept_answer(answer.sdp.as_str()).await;
    tokio::join!(
        caller.receives(Kind::Audio, 2, 25),
        phone.receives(Kind::Audio, 1, 25)
    );

    let refused = from.leg.update(Update::Media(mute_audio(true))).await;
    assert_eq!(
        refused.expect_err("it passes on").reason(),
        Reason::NotSupported
    );
    to.leg.close().await;
    assert_eq!(from.ends().await.0, Reason::BridgeStop);
    from.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_telephone_calls_a_browser() {
    let world = World::new().await;
    let ip = world.janus.media_ip();
    let mut phone = RtpPeer::bind(ip, 1, &[Codec::Pcmu]).await;
    let proxy = request(SessionType::Proxy, Some(rtp(&phone.offer())));
    let mut from = world.open(proxy).await.expect("a proxy");
    let mut to = world
        .open(bridge(&from, SdpType::Webrtc))
        .await
        .expect("a bridge");
    let callee = world
        .answers(2, to.description.as_ref().expect("an offer"))
        .await;
    to.leg
        .accept(webrtc(callee.description()))
        .await
        .expect("an answer");
    let answer = from.described().await;
    assert_eq!(answer.sdp_type, SdpType::Rtp);
    phone.accept_answer(answer.sdp.as_str());
    tokio::join!(
        callee.receives(Kind::Audio, 1, 25),
        phone.receives(Kind::Audio, 2, 25)
    );

    callee.close().await;
    assert_eq!(
        to.ends().await,
        (Reason::BackendHangup, "DTLS alert".into())
    );
    assert_eq!(from.ends().await.0, Reason::BridgeStop);
    tokio::join!(from.leg.close(), to.leg.close());
    world.end().await;
}

#[tokio::test]
async fn what_a_gateway_cannot_do_is_refused() {
    let world = World::new().await;
    let ip = world.janus.media_ip();
    let phone = RtpPeer::bind(ip, 1, &[Codec::Pcmu]).await;
    let proxy = request(SessionType::Proxy, Some(rtp(&phone.offer())));
    let from = world.open(proxy).await.expect("a proxy");
    let Err(error) = world.open(bridge(&from, SdpType::Rtp)).await else {
        panic!("two telephones were bridged");
    };
    assert_eq!(error.reason(), Reason::NotSupported, "{error:?}");
    let mut muted = bridge(&from, SdpType::Webrtc);
    muted.media = mute_audio(true);
    let Err(error) = world.open(muted).await else {
        panic!("a mute was pretended");
    };
    assert_eq!(error.reason(), Reason::NotSupported, "{error:?}");
    from.leg.close().await;
    world.end().await;
}
