//! Candidates: every combination of who trickles and who takes it (RFC 8838).

use super::*;

fn calls_candidates(rig: &Rig) -> usize {
    match &rig.call {
        Some((Call::Candidates(candidates), _)) => candidates.len(),
        _ => 0,
    }
}

fn end() -> Command {
    Command::Candidate(RemoteCandidate::End)
}

fn one(mid: &str, port: u16) -> Command {
    Command::Candidate(candidate(mid, port))
}

/// The client offers. (client trickles, backend takes it, no_offer_trickle_ice) → held back.
#[test]
fn a_client_offer_is_held_back_exactly_when_somebody_downstream_does_not_trickle() {
    for (trickles, takes, unwanted, held) in [
        (false, false, false, false),
        (false, true, true, false),
        (true, true, false, false),
        (true, true, true, true),
        (true, false, false, true),
        (true, false, true, true),
    ] {
        let asked = Create {
            no_offer_trickle_ice: unwanted,
            ..create(SessionType::Echo, Some(description(trickles)))
        };
        let mut rig = Rig::begin(asked, Some(paper(takes)), &[]);
        let case = (trickles, takes, unwanted);
        assert_eq!(rig.call.is_none(), held, "{case:?}");
        if !held {
            rig.land(Ok(Finished::Opened(Some(description(false)))));
            rig.ask(one("0", 1)).expect("accepted");
            assert_eq!(
                calls_candidates(&rig),
                usize::from(takes && !unwanted),
                "{case:?}"
            );
            continue;
        }
        assert_eq!(rig.machine.status(), Status::WaitOffer);
        rig.ask(one("0", 1)).expect("accepted");
        rig.ask(one("1", 2)).expect("accepted");
        rig.ask(end()).expect("accepted");
        let Some((Call::Open(open), _)) = &rig.call else {
            panic!("{case:?}: no leg")
        };
        let offer = open.offer.clone().expect("an offer");
        assert!(!offer.trickle_ice);
        assert_eq!(offer.sdp.as_str().matches("a=candidate:").count(), 2);
        assert_eq!(offer.sdp.as_str().matches("a=end-of-candidates").count(), 2);
        assert_eq!(rig.types(), [Type::Created, Type::Offer]);
        rig.ask(one("0", 3))
            .expect("late ones are dropped in silence");
        assert_eq!(rig.dropped, 1, "{case:?}");
    }
}

/// The client answers. The same table on the other side.
#[test]
fn a_client_answer_is_held_back_exactly_when_somebody_downstream_does_not_trickle() {
    for (trickles, takes, unwanted, held) in [
        (false, false, false, false),
        (true, true, false, false),
        (true, true, true, true),
        (true, false, false, true),
    ] {
        let asked = Create {
            no_answer_trickle_ice: unwanted,
            ..create(SessionType::Echo, None)
        };
        let mut rig = Rig::begin(asked, Some(paper(takes)), &[]);
        rig.land(Ok(Finished::Opened(Some(description(false)))));
        rig.command(Command::SetAnswer(description(trickles)));
        let case = (trickles, takes, unwanted);
        assert_eq!(rig.call.is_none(), held, "{case:?}");
        if !held {
            continue;
        }
        assert_eq!(rig.machine.status(), Status::WaitAnswer);
        rig.ask(one("1", 2)).expect("accepted");
        rig.pass(Duration::from_secs(5));
        let Some((Call::Accept(answer), _)) = &rig.call else {
            panic!("{case:?}: not accepted")
        };
        assert!(answer.sdp.has_candidates() && !answer.trickle_ice);
    }
}

/// The backend's own description. (it trickles, the creator does not want that) → held back.
#[test]
fn a_backend_description_is_held_back_when_the_creator_does_not_trickle() {
    for (offers, trickles, unwanted) in [
        (true, true, true),
        (true, true, false),
        (true, false, true),
        (false, true, true),
        (false, true, false),
        (false, false, true),
    ] {
        let asked = Create {
            no_offer_trickle_ice: unwanted && offers,
            no_answer_trickle_ice: unwanted && !offers,
            ..create(SessionType::Echo, (!offers).then(|| description(false)))
        };
        let mut rig = Rig::begin(asked, Some(paper(true)), &[]);
        rig.land(Ok(Finished::Opened(Some(description(trickles)))));
        let side = if offers { Side::Offer } else { Side::Answer };
        let waiter = rig.command(Command::Get(side));
        let held = trickles && unwanted;
        let case = (offers, trickles, unwanted);
        assert_eq!(rig.replies.contains_key(&waiter), !held, "{case:?}");
        for port in [1, 2] {
            let RemoteCandidate::One(one) = candidate("0", port) else {
                unreachable!()
            };
            rig.feed(Input::Leg(LegEvent::Candidate(one)));
        }
        rig.feed(Input::Leg(LegEvent::CandidateEnd));
        let Ok(Reply::Description(got)) = &rig.replies[&waiter] else {
            panic!("{case:?}")
        };
        assert_eq!(got.sdp.has_candidates(), held, "{case:?}");
        let told = rig
            .types()
            .iter()
            .filter(|t| **t == Type::Candidate)
            .count();
        assert_eq!(told, if unwanted { 0 } else { 2 }, "{case:?}");
    }
}

#[test]
fn no_candidate_at_all_ends_the_session() {
    for by_timeout in [true, false] {
        let asked = Create {
            no_offer_trickle_ice: true,
            ..p2p(description(true))
        };
        let mut rig = Rig::begin(asked, None, &[]);
        if by_timeout {
            rig.pass(Duration::from_secs(5));
        } else {
            rig.ask(end()).expect("accepted");
        }
        assert_eq!(rig.reason(), Some(Reason::NoIceCandidates));
    }
}

#[test]
fn candidates_already_in_the_description_count() {
    let RemoteCandidate::One(one) = candidate("0", 9) else {
        unreachable!()
    };
    let mut offer = description(true);
    offer.sdp = offer.sdp.with_candidates(&[one]);
    let asked = Create {
        no_offer_trickle_ice: true,
        ..p2p(offer)
    };
    let mut rig = Rig::begin(asked, None, &[]);
    rig.pass(Duration::from_secs(5));
    assert_eq!(rig.machine.status(), Status::WaitAnswer);
}

#[test]
fn a_candidate_that_belongs_nowhere_is_refused_and_changes_nothing() {
    let asked = Create {
        no_offer_trickle_ice: true,
        ..p2p(description(true))
    };
    let mut rig = Rig::begin(asked, None, &[]);
    assert_eq!(rig.refused(one("7", 1)), Reason::InvalidField);
    let line = "candidate:1 1 udp 1 192.0.2.1 9 typ host";
    let out_of_range = Candidate::new(None, Some(2), line).expect("valid");
    let command = Command::Candidate(RemoteCandidate::One(out_of_range));
    assert_eq!(rig.refused(command), Reason::InvalidField);
    assert_eq!(rig.dropped, 0);
    rig.ask(end()).expect("accepted");
    assert_eq!(rig.reason(), Some(Reason::NoIceCandidates));
}

#[test]
fn candidates_before_the_leg_wait_for_it_and_go_together() {
    let asked = create(SessionType::Echo, Some(description(true)));
    let mut rig = Rig::begin(asked, Some(paper(true)), &[]);
    for port in 1..=3 {
        rig.ask(one("0", port)).expect("accepted");
    }
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    assert_eq!(calls_candidates(&rig), 3);
}

#[test]
fn a_lone_p2p_session_consolidates_its_answer_too() {
    let asked = Create {
        no_answer_trickle_ice: true,
        ..p2p(description(false))
    };
    let mut rig = Rig::begin(asked, None, &[]);
    rig.ask(Command::SetAnswer(description(true)))
        .expect("held");
    assert_eq!(rig.machine.status(), Status::WaitAnswer);
    rig.ask(one("1", 5)).expect("accepted");
    rig.ask(end()).expect("accepted");
    assert_eq!(rig.machine.status(), Status::Ready);
    let Some(Kind::Answer(answer)) = rig.events.last() else {
        panic!("no answer")
    };
    assert!(answer.sdp.has_candidates());
}

#[test]
fn what_is_kept_is_bounded() {
    let mut rig = Rig::begin(p2p(description(true)), None, &[]);
    let most = Settings::default().max_candidates;
    for _ in 0..most + 3 {
        rig.ask(one("0", 1)).expect("accepted");
    }
    assert_eq!(rig.dropped, 3);
    rig.ask(Command::Tie {
        other: id("slave"),
        tie: Tie::Slave,
    })
    .expect("tied");
    assert_eq!(
        rig.told.len(),
        most,
        "what was kept goes to the slave when it comes"
    );
}
