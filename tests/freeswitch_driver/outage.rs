//! Lost connections: media goes on, and what was missed is told afterwards.

use std::time::Duration;

use mediaplane::{
    Reason,
    media::{LegEvent, MediaKind, SdpType, SessionType, Update},
};
use tokio::time::{Instant, sleep};

use crate::{
    legs::{Opening, echo, mute_audio, request, rtp},
    support::{
        freeswitch::Look,
        media::{Codec, Kind, interval},
        network::media_address,
        received::Receives,
        rtp::RtpPeer,
        sdp::RTP_OF_NOBODY,
    },
    world::{World, given},
};

/// How long the line is cut; much longer than anything waits where `MEDIAPLANE_TEST_LONG` is set.
fn span() -> Duration {
    Duration::from_secs(match std::env::var_os("MEDIAPLANE_TEST_LONG") {
        Some(_) => 30,
        None => 6,
    })
}

/// Receives audio for as long as the line is to be cut.
async fn media_goes_on(peer: &impl Receives, tag: u8) {
    let until = Instant::now() + span();
    let second = Duration::from_secs(1).as_millis() / interval(Kind::Audio).as_millis();
    let second = u64::try_from(second).expect("few");
    while Instant::now() < until {
        peer.receives(Kind::Audio, tag, second).await;
    }
}

/// Waits until the server hears a client.
async fn hears_audio(leg: &mut Opening) {
    leg.hears(|event| match event {
        LegEvent::MediaFlow {
            kind: MediaKind::Audio,
            receiving: true,
            ..
        } => Some(()),
        _ => None,
    })
    .await;
}

/// Whether a leg has been told to end.
fn has_ended(leg: &mut Opening) -> bool {
    let mut ended = false;
    while let Ok(event) = leg.heard.try_recv() {
        ended |= matches!(event, LegEvent::Closed { .. });
    }
    ended
}

async fn is_refused_for_now<T>(order: impl Future<Output = mediaplane::Result<T>>) {
    let refused = order.await.err().expect("nobody can be asked");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused}");
    assert!(
        refused.to_string().contains("cannot be reached"),
        "{refused}"
    );
}

/// Orders that cannot be given in time.
async fn orders_fail(world: &World, phone: &Opening, calling: &Opening, answer: &str) {
    let open = |offer| Opening::of(&*world.driver, request(SessionType::Echo, Some(rtp(offer))));
    let mut called = request(SessionType::Echo, None);
    called.sdp_type = SdpType::Rtp;
    tokio::join!(
        is_refused_for_now(open(RTP_OF_NOBODY)),
        is_refused_for_now(Opening::of(&*world.driver, called)),
        is_refused_for_now(phone.leg.update(Update::Media(mute_audio(true)))),
        is_refused_for_now(calling.leg.accept(rtp(answer))),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_goes_on_while_the_line_is_cut_and_what_was_missed_is_told() {
    let Some(address) = given() else { return };
    let world = World::at(address.clone(), |_| {}).await;
    let (mut browser, browsing) = world.echo(1).await;
    let (mut phone, phoning) = world.telephone(SessionType::Echo, 2).await;
    let (mut parked, _parked_peer) = world.telephone(SessionType::Park, 3).await;
    let (mut left, leaving) = world.telephone(SessionType::Echo, 4).await;
    let (closed, closing) = world.telephone(SessionType::Echo, 5).await;
    let calling = world.calling().await;
    for leg in [&mut browser, &mut phone, &mut left] {
        hears_audio(leg).await;
    }
    closing.receives(Kind::Audio, 5, 25).await;
    let mut look = Look::at(&address).await;
    let lost = look.call_of(left.session_id.as_str()).await;

    world.line.cut();
    world.down().await;
    look.api(&format!("uuid_kill {lost}")).await;
    leaving.stops_receiving(Kind::Audio).await;
    let mut answering = RtpPeer::bind(media_address(), 6, &[Codec::Pcmu]).await;
    let answer = answering.answer(calling.sdp());
    tokio::join!(
        media_goes_on(&browsing, 1),
        media_goes_on(&phoning, 2),
        closed.leg.close(),
        orders_fail(&world, &phone, &calling, &answer),
    );
    drop(closed);
    world.line.restore();
    world.up().await;

    for leg in [&mut browser, &mut phone, &mut parked] {
        leg.notices("backend_connection").await;
    }
    assert_eq!(left.ends().await.0, Reason::BackendLost);
    // The order that failed is not half done.
    phoning.receives(Kind::Audio, 2, 25).await;
    phone.update(mute_audio(true)).await;
    phoning.stops_receiving_from(Kind::Audio, 2).await;
    phone.update(mute_audio(false)).await;
    phoning.receives(Kind::Audio, 2, 25).await;
    browsing.receives(Kind::Video, 1, 10).await;
    closing.stops_receiving(Kind::Audio).await;
    for leg in [&mut browser, &mut phone, &mut parked] {
        assert!(!has_ended(leg), "{} lives", leg.session_id);
    }
    for leg in [browser, phone, parked, left, calling] {
        leg.leg.close().await;
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_ordered_during_a_short_outage_waits_for_its_end() {
    let Some(address) = given() else { return };
    let world = World::at(address, |config| {
        config.request_timeout = Duration::from_secs(10);
    })
    .await;
    let (phone, phoning) = world.telephone(SessionType::Echo, 1).await;
    let (parked, parked_peer) = world.telephone(SessionType::Park, 2).await;
    let calling = world.calling().await;
    let mut answering = RtpPeer::bind(media_address(), 3, &[Codec::Pcmu]).await;
    let answer = answering.answer(calling.sdp());
    phoning.receives(Kind::Audio, 1, 25).await;

    world.line.cut();
    world.down().await;
    // It has two connections, and is down as soon as it knows of one.
    sleep(Duration::from_millis(100)).await;
    let restored = async {
        sleep(Duration::from_secs(3)).await;
        world.line.restore();
    };
    let become_echo = parked.leg.update(Update::Type(SessionType::Echo));
    let open = Opening::of(&*world.driver, echo(crate::support::sdp::OFFER_OF_NOBODY));
    let ((), (), became, answered, opened) = tokio::join!(
        restored,
        phone.update(mute_audio(true)),
        become_echo,
        calling.leg.accept(rtp(&answer)),
        open,
    );
    became.expect("an echo");
    answered.expect("it takes the answer");
    let opened = opened.expect("it is opened");

    phoning.stops_receiving_from(Kind::Audio, 1).await;
    parked_peer.receives(Kind::Audio, 2, 25).await;
    answering.receives(Kind::Audio, 3, 25).await;
    for leg in [phone, parked, calling, opened] {
        leg.leg.close().await;
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_to_the_server_late_does_not_hold() {
    let Some(address) = given() else { return };
    let world = World::at(address, |config| {
        config.liveness = Duration::from_secs(1);
    })
    .await;
    let (mut phone, phoning) = world.telephone(SessionType::Echo, 1).await;
    let (mut other, other_peer) = world.telephone(SessionType::Echo, 2).await;
    phoning.receives(Kind::Audio, 1, 25).await;
    other_peer.receives(Kind::Audio, 2, 25).await;

    // What is sent now reaches the server when the line is free again, on a connection that was given up meanwhile.
    world.line.freeze();
    let muted = phone.leg.update(Update::Media(mute_audio(true)));
    let parked = other.leg.update(Update::Type(SessionType::Park));
    let (muted, parked) = tokio::join!(muted, parked);
    assert_eq!(
        muted.expect_err("no reply").reason(),
        Reason::BackendTimeout
    );
    assert_eq!(
        parked.expect_err("no reply").reason(),
        Reason::BackendTimeout
    );
    world.down().await;
    phoning.receives(Kind::Audio, 1, 25).await;
    world.line.thaw();
    world.up().await;
    for leg in [&mut phone, &mut other] {
        leg.notices("backend_connection").await;
    }
    sleep(Duration::from_secs(2)).await;
    phoning.receives(Kind::Audio, 1, 25).await;
    other_peer.receives(Kind::Audio, 2, 25).await;
    phone.update(mute_audio(true)).await;
    phoning.stops_receiving_from(Kind::Audio, 1).await;
    for leg in [phone, other] {
        leg.leg.close().await;
    }
    world.end().await;
}
