//! SIP over UDP.

use mediaplane::{backend::freeswitch::config::SipTransport, media::SessionType};

use crate::{
    legs::{Opening, request, rtp},
    support::{
        media::{Codec, Kind},
        network::media_address,
        peer::{Options, Peer},
        received::Receives as _,
        rtp::RtpPeer,
    },
    world::{World, given},
};

async fn world() -> Option<World> {
    let address = given()?;
    let world = World::at(address, |config| config.sip_transport = SipTransport::Udp).await;
    Some(world)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_offer_are_served() {
    let Some(world) = world().await else { return };
    let (browser, browsing) = world.echo(1).await;
    let (phone, phoning) = world.telephone(SessionType::Echo, 2).await;
    browsing.receives(Kind::Audio, 1, 25).await;
    browsing.receives(Kind::Video, 1, 10).await;
    phoning.receives(Kind::Audio, 2, 25).await;
    for leg in [browser, phone] {
        leg.leg.close().await;
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_are_called_are_served() {
    let Some(world) = world().await else { return };
    let browser = Opening::of(&*world.driver, request(SessionType::Echo, None)).await;
    let browser = browser.expect("an offer");
    let options = Options::new(media_address(), 1).unbundled();
    let browsing = Peer::answer(options, browser.sdp()).await;
    let answer = crate::legs::webrtc(browsing.description());
    browser
        .leg
        .accept(answer)
        .await
        .expect("it takes the answer");
    let phone = world.calling().await;
    let mut phoning = RtpPeer::bind(media_address(), 2, &[Codec::Pcmu]).await;
    let answer = rtp(&phoning.answer(phone.sdp()));
    phone.leg.accept(answer).await.expect("it takes the answer");
    browsing.connected().await;
    browsing.receives(Kind::Audio, 1, 25).await;
    browsing.receives(Kind::Video, 1, 10).await;
    phoning.receives(Kind::Audio, 2, 25).await;
    for leg in [browser, phone] {
        leg.leg.close().await;
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_are_bridged_hear_each_other() {
    let Some(world) = world().await else { return };
    let (one, one_peer) = world.telephone(SessionType::Park, 1).await;
    let bridge = SessionType::Bridge {
        peer_id: one.session_id.clone(),
    };
    let (other, other_peer) = world.telephone(bridge, 2).await;
    one_peer.receives(Kind::Audio, 2, 25).await;
    other_peer.receives(Kind::Audio, 1, 25).await;
    for leg in [one, other] {
        leg.leg.close().await;
    }
    world.end().await;
}
