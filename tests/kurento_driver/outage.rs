//! Lost connections: media goes on, and what was missed is told afterwards.

use std::time::Duration;

use mediaplane::{
    Reason,
    media::{LegEvent, MediaKind},
};

use crate::{
    legs::{Opening, mute_audio},
    support::{
        kurento::Own,
        media::{Kind, interval},
        peer::Peer,
        received::Receives as _,
    },
    world::{World, given, own},
};

/// How long the line is cut; much longer than a client may be silent where `MEDIAPLANE_TEST_LONG` is set.
fn span() -> Duration {
    Duration::from_secs(match is_long() {
        true => 30,
        false => 6,
    })
}

fn is_long() -> bool {
    std::env::var_os("MEDIAPLANE_TEST_LONG").is_some()
}

/// What a leg is to tell.
type Wanted = Box<dyn Fn(&LegEvent) -> bool>;

/// That media of this kind arrives, or does not.
fn flows(wanted: MediaKind, arrives: bool) -> Wanted {
    Box::new(move |event| match event {
        LegEvent::MediaFlow {
            kind, receiving, ..
        } => *kind == wanted && *receiving == arrives,
        _ => false,
    })
}

/// A notice of this class.
fn notice(wanted: &'static str) -> Wanted {
    Box::new(move |event| matches!(event, LegEvent::Status { class, .. } if *class == wanted))
}

/// Waits until the leg has told all of it, in whatever order.
async fn tells<const N: usize>(leg: &mut Opening, wanted: [Wanted; N]) {
    let mut left = Vec::from(wanted);
    while !left.is_empty() {
        let told = leg.hears(|event| left.iter().position(|wanted| wanted(event)));
        drop(left.remove(told.await));
    }
}

/// Receives audio for as long as the line is to be cut.
async fn media_goes_on(peer: &Peer, tag: u8) {
    let packets = span().as_millis() / interval(Kind::Audio).as_millis();
    let packets = u64::try_from(packets).expect("few");
    tokio::join!(
        peer.receives(Kind::Audio, tag, packets),
        peer.receives(Kind::Video, tag, packets / 4),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_goes_on_while_the_line_is_cut_and_what_was_missed_is_told() {
    // Kurento keeps what nobody is connected to for one period of its garbage collector.
    let own = match is_long() {
        true => match own().await {
            Some(own) => Some(own),
            None => return,
        },
        false => None,
    };
    let Some(url) = own.as_ref().map(Own::url).or_else(given) else {
        return;
    };
    let world = World::at(url, |config| {
        config.reconcile_every = Duration::from_secs(1);
    })
    .await;
    let (mut stays, peer) = world.echo(1).await;
    let (mut quiet, quiet_peer) = world.echo(2).await;
    let (mut left, leaving) = world.echo(3).await;
    let (closed, _closed_peer) = world.echo(4).await;
    let (mut late, late_peer) = world.opening(5).await;
    for leg in [&mut stays, &mut quiet, &mut left] {
        let kinds = [MediaKind::Audio, MediaKind::Video];
        tells(leg, kinds.map(|kind| flows(kind, true))).await;
    }

    world.line.cut();
    world.down().await;
    quiet_peer.set_sending(Kind::Video, false).await;
    leaving.close().await;
    closed.leg.close().await;
    drop(closed);
    late_peer.accept_answer(late.sdp()).await;
    media_goes_on(&peer, 1).await;
    late_peer.receives(Kind::Audio, 5, 25).await;
    world.line.restore();
    world.up().await;

    tells(&mut stays, [notice("backend_connection")]).await;
    tells(&mut late, [notice("webrtc"), flows(MediaKind::Audio, true)]).await;
    tells(&mut quiet, [flows(MediaKind::Video, false)]).await;
    assert_eq!(left.ends().await.0, Reason::BackendHangup);

    stays.update(mute_audio(true)).await;
    peer.stops_receiving(Kind::Audio).await;
    peer.receives(Kind::Video, 1, 10).await;
    stays.update(mute_audio(false)).await;
    peer.receives(Kind::Audio, 1, 25).await;
    for leg in [&mut stays, &mut quiet, &mut late] {
        let mut ends = false;
        while let Ok(event) = leg.heard.try_recv() {
            ends |= matches!(event, LegEvent::Closed { .. });
        }
        assert!(!ends, "{} lives", leg.session_id);
    }
    for leg in [stays, quiet, left, late] {
        leg.leg.close().await;
    }
    world.end().await;
}
