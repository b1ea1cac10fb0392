//! Random interleavings: what must hold whatever happens.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Get(bool),
    SetAnswer(bool),
    Candidate(u16),
    CandidateEnd,
    Mute,
    Park,
    Tie(u8),
    Land(bool),
    LegDescription(bool),
    LegCandidate(u16),
    LegCandidateEnd,
    LegClosed,
    PeerCandidate(u16),
    PeerStopped(u8),
    Cancel(u64),
    Watched(Option<u8>),
    RoomDestroyed,
    Pass(u16),
    Destroy,
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<bool>().prop_map(Step::Get),
        4 => any::<bool>().prop_map(Step::SetAnswer),
        4 => (1..100u16).prop_map(Step::Candidate),
        2 => Just(Step::CandidateEnd),
        3 => Just(Step::Mute),
        1 => Just(Step::Park),
        1 => (0..3u8).prop_map(Step::Tie),
        8 => prop::bool::weighted(0.9).prop_map(Step::Land),
        2 => any::<bool>().prop_map(Step::LegDescription),
        3 => (1..100u16).prop_map(Step::LegCandidate),
        1 => Just(Step::LegCandidateEnd),
        1 => Just(Step::LegClosed),
        2 => (1..100u16).prop_map(Step::PeerCandidate),
        1 => (0..3u8).prop_map(Step::PeerStopped),
        2 => (0..20u64).prop_map(Step::Cancel),
        1 => prop::option::of(0..20u8).prop_map(Step::Watched),
        1 => Just(Step::RoomDestroyed),
        4 => (0..7000u16).prop_map(Step::Pass),
        1 => Just(Step::Destroy),
    ]
}

fn sessions() -> impl Strategy<Value = (Create, Option<bool>, bool)> {
    let backend = prop::option::of(any::<bool>());
    (any::<[bool; 6]>(), backend).prop_map(|(flags, backend)| {
        let [offers, trickles, no_offer, no_answer, tied, master_answer] = flags;
        let session_type = match (backend, offers) {
            (Some(_), _) => SessionType::Echo,
            (None, true) => SessionType::P2p { peer_id: None },
            (None, false) => SessionType::P2p {
                peer_id: Some(id("m")),
            },
        };
        let asked = Create {
            no_offer_trickle_ice: no_offer,
            no_answer_trickle_ice: no_answer,
            set_master_answer: tied && master_answer,
            destroy_when_unwatched: Some(Duration::from_secs(9)),
            ..create(session_type, offers.then(|| description(trickles)))
        };
        (asked, backend, tied)
    })
}

/// What the call in flight yields when it succeeds.
fn success(call: &Call, trickle: bool) -> Finished {
    match call {
        Call::Open(_) => Finished::Opened(Some(description(trickle))),
        Call::PeerOffer(_) => Finished::Offer(description(trickle)),
        Call::Accept(_) | Call::Candidates(_) | Call::Update(_) | Call::MasterAnswer(..) => {
            Finished::Nothing
        }
    }
}

fn other(number: u8) -> SessionId {
    id(["m", "s", "b"][usize::from(number)])
}

fn take(rig: &mut Rig, step: Step) {
    let one = |port| match candidate("0", port) {
        RemoteCandidate::One(one) => one,
        RemoteCandidate::End => unreachable!("candidate() makes one"),
    };
    let of_a_leg = matches!(
        step,
        Step::LegDescription(_) | Step::LegCandidate(_) | Step::LegCandidateEnd | Step::LegClosed
    );
    if of_a_leg && rig.machine.backend.is_none() {
        return;
    }
    match step {
        Step::Get(offer) => {
            rig.command(Command::Get(if offer { Side::Offer } else { Side::Answer }));
        }
        Step::SetAnswer(trickle) => {
            rig.command(Command::SetAnswer(description(trickle)));
        }
        Step::Candidate(port) => {
            rig.command(Command::Candidate(candidate("0", port)));
        }
        Step::CandidateEnd => {
            rig.command(Command::Candidate(RemoteCandidate::End));
        }
        Step::Mute => {
            let mute = MediaUpdate {
                mute_audio: Some(true),
                ..MediaUpdate::default()
            };
            rig.command(Command::Update(Update::Media(mute)));
        }
        Step::Park => {
            rig.command(Command::Update(Update::Type(SessionType::Park)));
        }
        Step::Tie(number) => {
            let tie = [Tie::Slave, Tie::Bridge, Tie::Listener][usize::from(number)];
            rig.command(Command::Tie {
                other: other(number),
                tie,
            });
        }
        Step::Land(well) => {
            if let Some((call, _)) = &rig.call {
                let result = if well {
                    Ok(success(call, well))
                } else {
                    Err(no_server())
                };
                rig.land(result);
            }
        }
        Step::LegDescription(trickle) => {
            rig.feed(Input::Leg(LegEvent::Description(description(trickle))));
        }
        Step::LegCandidate(port) => rig.feed(Input::Leg(LegEvent::Candidate(one(port)))),
        Step::LegCandidateEnd => rig.feed(Input::Leg(LegEvent::CandidateEnd)),
        Step::LegClosed => {
            let (reason, message) = (Reason::BackendHangup, "gone".to_owned());
            rig.feed(Input::Leg(LegEvent::Closed { reason, message }));
        }
        Step::PeerCandidate(port) => {
            rig.feed(Input::Told(
                id("m"),
                Tiding::Candidate(candidate("1", port)),
            ));
        }
        Step::PeerStopped(number) => rig.feed(Input::Told(other(number), Tiding::Stopped)),
        Step::Cancel(ticket) => rig.feed(Input::Cancelled(Ticket(ticket))),
        Step::Watched(since) => {
            let since = since.map(|s| rig.now - Duration::from_secs(s.into()));
            rig.feed(Input::Unwatched(since));
        }
        Step::RoomDestroyed => rig.feed(Input::RoomDestroyed),
        Step::Pass(millis) => rig.pass(Duration::from_millis(millis.into())),
        Step::Destroy => {
            rig.command(Command::Destroy {
                reason: Reason::UserStop,
                message: String::new(),
            });
        }
    }
}

fn check_order(rig: &Rig, leg_offers: bool) {
    let types = rig.types();
    assert_eq!(types.first(), Some(&Type::Created));
    let count = |wanted| types.iter().filter(|t| **t == wanted).count();
    for once in [Type::Created, Type::Offer, Type::Answer, Type::Destroyed] {
        assert!(count(once) <= 1, "{once} came twice: {types:?}");
    }
    let place = |wanted| types.iter().position(|t| *t == wanted);
    if let Some(end) = place(Type::Destroyed) {
        assert_eq!(end, types.len() - 1, "something after the end: {types:?}");
    }
    if let (true, Some(answer)) = (leg_offers, place(Type::Answer)) {
        let offer = place(Type::Offer);
        assert!(
            offer.is_some_and(|offer| offer < answer),
            "answer before offer: {types:?}"
        );
    }
    let far = if leg_offers {
        Type::Offer
    } else {
        Type::Answer
    };
    if let Some(candidate) = place(Type::Candidate) {
        let known = place(far).is_some_and(|far| far < candidate);
        let elsewhere = rig.machine.create.set_master_answer;
        assert!(
            known || elsewhere,
            "a candidate before its description: {types:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_session_ends_once_and_leaves_nobody_waiting(
        (asked, backend, tied) in sessions(),
        plan in prop::collection::vec(steps(), 0..40),
    ) {
        let leg_offers = asked.offer.is_none();
        let ties: &[(&str, Tie)] = if tied { &[("m", Tie::Master)] } else { &[] };
        let mut rig = Rig::begin(asked, backend.map(paper), ties);
        for step in plan {
            let before = rig.events.len();
            let over = rig.machine.end().is_some();
            take(&mut rig, step);
            prop_assert!(!over || rig.events.len() == before, "an event after the end");
        }
        let status = rig.machine.status();
        let answer = rig.machine.info().answer.is_some();
        let offer = rig.machine.info().offer.is_some();
        prop_assert!(!answer || offer, "an answer without an offer");
        prop_assert_eq!(status == Status::Destroyed, rig.closed == 1);

        rig.command(Command::Destroy { reason: Reason::UserStop, message: String::new() });
        prop_assert_eq!(rig.closed, 1, "the leg is released exactly once");
        prop_assert!(rig.call.is_none());
        prop_assert_eq!(rig.machine.wake_at(), None);
        check_order(&rig, leg_offers);
        for ticket in 1..=rig.tickets {
            let waits = !rig.replies.contains_key(&Ticket(ticket));
            prop_assert!(!waits || rig.cancelled(ticket), "ticket {} waits for ever", ticket);
        }
    }

    /// Time alone ends every session that is never answered: nothing waits for ever.
    #[test]
    fn time_ends_what_nobody_answers((asked, backend, _) in sessions()) {
        let mut rig = Rig::begin(asked, backend.map(paper), &[]);
        for _ in 0..100 {
            let Some(at) = rig.machine.wake_at() else { break };
            rig.now = at;
            rig.feed(Input::Tick);
            if rig.asked_watched > 0 {
                rig.feed(Input::Unwatched(None));
            }
        }
        prop_assert_eq!(rig.machine.status(), Status::Destroyed);
    }
}
