//! Two clients that talk directly; the core carries what they say.

use mediaplane::Reason;
use mediaplane::event::{Kind as Event, Type};
use mediaplane::id::SessionId;
use mediaplane::media::{Description, JsonMap, RemoteCandidate, SessionType};
use mediaplane::session::{Command, Create};

use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, P2P};
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::media::Kind;

cases! {
    two_clients_meet: P2P;
    candidates_pass_both_ways: P2P;
    candidates_are_held_back_if_wanted: P2P;
    no_candidates_at_all_end_the_session: P2P;
    the_slave_ends_with_its_master: P2P;
    a_slave_may_outlive_its_master: P2P;
    a_backend_is_refused: P2P;
    media_cannot_be_muted: P2P.to(Change::MuteAudio);
}

/// The second party's session.
fn second(master: &SessionId) -> Create {
    Create {
        master_id: Some(master.clone()),
        set_master_answer: true,
        ..Create::new(SessionType::P2p {
            peer_id: Some(master.clone()),
        })
    }
}

fn first(client: &Client<'_>) -> Create {
    client.create(SessionType::P2p { peer_id: None })
}

async fn offering(subject: &Subject, trickle: bool) -> Client<'_> {
    let adjust = |options: crate::support::peer::Options| {
        let options = options.audio();
        if trickle { options.trickle() } else { options }
    };
    Client::offers(subject, 1, adjust).await.direct()
}

async fn answering<'s>(subject: &'s Subject, offer: &Description) -> Client<'s> {
    let trickles = offer.trickle_ice;
    let adjust = move |options: crate::support::peer::Options| {
        if trickles { options.trickle() } else { options }
    };
    Client::answers(subject, 2, offer, adjust).await.direct()
}

/// Two sessions, offer and answer exchanged.
async fn pair<'s>(
    subject: &'s Subject,
    alice: &Client<'_>,
) -> (Session<'s>, Session<'s>, Client<'s>) {
    let one = subject.begin(first(alice)).await.expect("the first party");
    let (two, offer) = subject
        .create(second(&one.id))
        .await
        .expect("the second party");
    let bob = answering(subject, &offer).await;
    two.set_answer(bob.description()).await;
    alice.accepts(&one.answer().await).await;
    (one, two, bob)
}

async fn two_clients_meet(subject: &Subject) {
    let alice = offering(subject, false).await;
    let (mut one, mut two, bob) = pair(subject, &alice).await;
    tokio::join!(alice.receives(Kind::Audio, 2), bob.receives(Kind::Audio, 1));
    assert_eq!(one.offer().await, two.offer().await);
    one.destroy().await;
    two.ends_with(Reason::PeerStopped).await;
    assert_eq!(
        one.history(),
        [Type::Created, Type::Answer, Type::Destroyed]
    );
    assert_eq!(two.history()[..2], [Type::Created, Type::Offer]);
}

/// Hands the candidates that a session tells to its client, until there are no more.
async fn pass_on(from: &mut Session<'_>, to: &Client<'_>) -> usize {
    let mut passed = 0;
    loop {
        let next = from.tells("a candidate", |kind| match kind {
            Event::Candidate(candidate) => Some(Some(candidate.line().to_owned())),
            Event::CandidateEnd => Some(None),
            _ => None,
        });
        match next.await {
            Some(line) => to.peer.add_candidate(&line).await,
            None => return passed,
        }
        passed += 1;
    }
}

async fn candidates_pass_both_ways(subject: &Subject) {
    let alice = offering(subject, true).await;
    let (mut one, mut two, bob) = pair(subject, &alice).await;
    one.candidates(alice.candidates()).await;
    two.candidates(bob.candidates()).await;
    assert_eq!(pass_on(&mut one, &alice).await, bob.candidates().len() - 1);
    assert_eq!(pass_on(&mut two, &bob).await, alice.candidates().len() - 1);
    tokio::join!(alice.receives(Kind::Audio, 2), bob.receives(Kind::Audio, 1));
}

async fn candidates_are_held_back_if_wanted(subject: &Subject) {
    let alice = offering(subject, true).await;
    let create = Create {
        no_offer_trickle_ice: true,
        ..first(&alice)
    };
    let one = subject.begin(create).await.expect("the first party");
    one.candidates(alice.candidates()).await;
    let (two, offer) = subject
        .create(second(&one.id))
        .await
        .expect("the second party");
    assert!(
        !offer.trickle_ice && offer.sdp.has_candidates(),
        "the offer is whole"
    );
    let bob = answering(subject, &offer).await;
    two.set_answer(bob.description()).await;
    alice.accepts(&one.answer().await).await;
    tokio::join!(alice.receives(Kind::Audio, 2), bob.receives(Kind::Audio, 1));
}

async fn no_candidates_at_all_end_the_session(subject: &Subject) {
    let alice = offering(subject, true).await;
    let create = Create {
        no_offer_trickle_ice: true,
        ..first(&alice)
    };
    let mut one = subject.begin(create).await.expect("the first party");
    one.candidates(vec![RemoteCandidate::End]).await;
    one.ends_with(Reason::NoIceCandidates).await;
}

async fn the_slave_ends_with_its_master(subject: &Subject) {
    let alice = offering(subject, false).await;
    let (mut one, mut two, _bob) = pair(subject, &alice).await;
    two.destroy().await;
    one.ends_with(Reason::PeerStopped).await;
}

async fn a_slave_may_outlive_its_master(subject: &Subject) {
    let alice = offering(subject, false).await;
    let mut one = subject.begin(first(&alice)).await.expect("the first party");
    let create = Create {
        stop_after_peer: false,
        ..second(&one.id)
    };
    let (mut two, offer) = subject.create(create).await.expect("the second party");
    let bob = answering(subject, &offer).await;
    two.set_answer(bob.description()).await;
    one.destroy().await;
    // It does not know its master any more.
    let told = two
        .command(Command::Info {
            name: "still here".into(),
            body: JsonMap::default(),
        })
        .await;
    told.expect("it lives");
    two.told(Type::Info).await;
    assert_eq!(two.info().master_id, None);
    two.destroy().await;
}

async fn a_backend_is_refused(subject: &Subject) {
    let alice = offering(subject, false).await;
    let create = Create {
        backend: Some("janus".into()),
        ..first(&alice)
    };
    let refused = subject
        .begin(create)
        .await
        .err()
        .expect("there is no backend to force");
    assert_eq!(refused.reason(), Reason::InvalidField);
    assert_eq!(refused.violations()[0].field, "backend");
}

async fn media_cannot_be_muted(subject: &Subject) {
    let alice = offering(subject, false).await;
    let (one, _two, bob) = pair(subject, &alice).await;
    one.media(|update| update.mute_audio = Some(true)).await;
    bob.falls_silent(Kind::Audio).await;
}
