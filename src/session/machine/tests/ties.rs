//! Master and slave, bridge, publisher and listeners.

use super::*;

fn stopped(other: &str) -> Input {
    Input::Told(id(other), Tiding::Stopped)
}

fn lasting(create: Create) -> Create {
    Create {
        stop_after_peer: false,
        ..create
    }
}

#[test]
fn a_master_has_at_most_one_slave() {
    let mut rig = Rig::begin(p2p(description(false)), None, &[]);
    let tie = |other| Command::Tie {
        other: id(other),
        tie: Tie::Slave,
    };
    rig.ask(tie("one")).expect("tied");
    assert_eq!(rig.refused(tie("two")), Reason::IncompatibleSession);
    rig.feed(Input::Told(id("one"), Tiding::Withdrawn));
    rig.ask(tie("two")).expect("the first one never began");
    assert_eq!(rig.machine.info().slave_id, Some(id("two")));
}

#[test]
fn when_one_stops_the_other_stops_unless_it_should_last() {
    let mut rig = Rig::begin(p2p(description(false)), None, &[("m", Tie::Master)]);
    rig.feed(stopped("m"));
    assert_eq!(rig.reason(), Some(Reason::PeerStopped));

    let mut rig = Rig::begin(
        lasting(p2p(description(false))),
        None,
        &[("m", Tie::Master)],
    );
    rig.feed(stopped("m"));
    assert_eq!(rig.reason(), None);
    assert_eq!(rig.machine.info().master_id, None);
}

#[test]
fn both_are_told_of_the_end() {
    let mut rig = Rig::begin(p2p(description(false)), None, &[("m", Tie::Master)]);
    rig.ask(Command::Tie {
        other: id("s"),
        tie: Tie::Slave,
    })
    .expect("tied");
    rig.ask(Command::Destroy {
        reason: Reason::UserStop,
        message: String::new(),
    })
    .expect("ok");
    let told: Vec<_> = rig.told.iter().map(|(other, _)| other.as_str()).collect();
    assert_eq!(told, ["m", "s"]);
}

#[test]
fn the_slaves_answer_goes_to_the_master_and_is_told_there_only() {
    let asked = Create {
        master_id: Some(id("m")),
        set_master_answer: true,
        ..create(
            SessionType::P2p {
                peer_id: Some(id("m")),
            },
            None,
        )
    };
    let mut rig = Rig::begin(asked, None, &[("m", Tie::Master)]);
    assert!(matches!(
        rig.land(Ok(Finished::Offer(description(false)))),
        Call::PeerOffer(_)
    ));
    assert_eq!(rig.types(), [Type::Created, Type::Offer]);
    let setter = rig.command(Command::SetAnswer(description(false)));
    assert!(matches!(rig.call, Some((Call::MasterAnswer(..), _))));
    rig.land(Ok(Finished::Nothing));
    assert!(rig.replies[&setter].is_ok());
    assert_eq!(rig.machine.status(), Status::Ready);
    assert_eq!(rig.types(), [Type::Created, Type::Offer]);
}

#[test]
fn an_answer_that_the_master_refuses_is_refused_and_both_live() {
    let asked = Create {
        master_id: Some(id("m")),
        set_master_answer: true,
        ..create(
            SessionType::P2p {
                peer_id: Some(id("m")),
            },
            None,
        )
    };
    let mut rig = Rig::begin(asked, None, &[("m", Tie::Master)]);
    rig.land(Ok(Finished::Offer(description(false))));
    let setter = rig.command(Command::SetAnswer(description(false)));
    rig.land(Err(Error::new(Reason::AnswerAlreadySet, "there is one")));
    let refusal = rig.replies[&setter].as_ref().unwrap_err().reason();
    assert_eq!(refusal, Reason::AnswerAlreadySet);
    assert_eq!(
        (rig.reason(), rig.machine.status()),
        (None, Status::WaitAnswer)
    );
}

#[test]
fn p2p_candidates_cross_over_and_never_come_before_their_description() {
    let slave = create(
        SessionType::P2p {
            peer_id: Some(id("m")),
        },
        None,
    );
    let mut rig = Rig::begin(slave, None, &[("m", Tie::Master)]);
    rig.feed(Input::Told(id("m"), Tiding::Candidate(candidate("0", 1))));
    assert_eq!(rig.types(), [Type::Created]);
    rig.land(Ok(Finished::Offer(description(true))));
    assert_eq!(rig.types(), [Type::Created, Type::Offer, Type::Candidate]);
    rig.ask(Command::Candidate(candidate("1", 2)))
        .expect("accepted");
    assert!(matches!(rig.told.as_slice(), [(_, Tiding::Candidate(_))]));
    rig.feed(Input::Told(
        id("m"),
        Tiding::Candidate(RemoteCandidate::End),
    ));
    assert_eq!(rig.types().last(), Some(&Type::CandidateEnd));
}

#[test]
fn a_peers_candidates_go_to_the_leg_of_the_one_that_has_one() {
    let asked = create(SessionType::Echo, Some(description(true)));
    let mut rig = Rig::begin(asked, Some(paper(true)), &[("m", Tie::Master)]);
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    rig.feed(Input::Told(id("m"), Tiding::Candidate(candidate("0", 1))));
    assert!(matches!(rig.call, Some((Call::Candidates(_), _))));
}

#[test]
fn a_bridge_that_fails_to_open_leaves_the_other_side_alone() {
    let bridge = create(SessionType::Bridge { peer_id: id("b") }, None);
    let ties = [("b", Tie::Bridge), ("m", Tie::Master)];
    let mut rig = Rig::begin(bridge, Some(paper(true)), &ties);
    rig.land(Err(Error::new(Reason::BackendRejected, "no")));
    let is_withdrawn = |tiding: &Tiding| matches!(tiding, Tiding::Withdrawn);
    let told: Vec<_> = rig
        .told
        .iter()
        .map(|(other, tiding)| (other.as_str(), is_withdrawn(tiding)))
        .collect();
    assert_eq!(told, [("b", true), ("m", false)]);
}

#[test]
fn the_end_of_a_bridge_ends_or_parks_the_other_side() {
    let bridge = || create(SessionType::Bridge { peer_id: id("b") }, None);
    let mut rig = Rig::begin(bridge(), Some(paper(true)), &[("b", Tie::Bridge)]);
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    rig.feed(stopped("b"));
    assert_eq!(rig.reason(), Some(Reason::BridgeStop));

    for parked in [true, false] {
        let mut rig = Rig::begin(lasting(bridge()), Some(paper(true)), &[("b", Tie::Bridge)]);
        rig.land(Ok(Finished::Opened(Some(description(false)))));
        rig.feed(stopped("b"));
        let result = if parked {
            Ok(Finished::Nothing)
        } else {
            Err(no_server())
        };
        assert!(matches!(
            rig.land(result),
            Call::Update(Update::Type(SessionType::Park))
        ));
        assert_eq!(rig.reason(), (!parked).then_some(Reason::BridgeStop));
        let kind = rig.machine.session_type().kind();
        assert_eq!(
            kind,
            if parked {
                TypeKind::Park
            } else {
                TypeKind::Bridge
            }
        );
    }
}

#[test]
fn listeners_go_with_their_publisher_and_not_the_other_way_round() {
    let listen = SessionType::Listen {
        publisher_id: id("p"),
        room_id: None,
    };
    let mut rig = Rig::begin(
        create(listen, None),
        Some(paper(true)),
        &[("p", Tie::Publisher)],
    );
    rig.feed(stopped("p"));
    assert_eq!(rig.reason(), Some(Reason::PeerStopped));

    let publish = SessionType::Publish {
        room_id: None,
        create_room: true,
        room_options: Box::default(),
    };
    let offer = Some(description(false));
    let mut rig = Rig::begin(create(publish, offer), Some(paper(true)), &[]);
    rig.ask(Command::Tie {
        other: id("l"),
        tie: Tie::Listener,
    })
    .expect("tied");
    rig.feed(stopped("l"));
    assert_eq!(rig.reason(), None);

    let mut rig = Rig::begin(p2p(description(false)), None, &[]);
    let tie = Command::Tie {
        other: id("l"),
        tie: Tie::Listener,
    };
    assert_eq!(rig.refused(tie), Reason::InvalidPublisher);
}

#[test]
fn a_listener_that_switches_is_tied_to_its_new_publisher() {
    let listen = |to: &str| SessionType::Listen {
        publisher_id: id(to),
        room_id: None,
    };
    let asked = create(listen("old"), None);
    let mut rig = Rig::begin(asked, Some(paper(true)), &[("old", Tie::Publisher)]);
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    rig.command(Command::Update(Update::Type(listen("new"))));
    rig.land(Ok(Finished::Nothing));
    assert!(matches!(
        rig.told.as_slice(),
        [(old, Tiding::Untied), (new, Tiding::Tied(Tie::Listener))]
            if old.as_str() == "old" && new.as_str() == "new"
    ));
    rig.feed(stopped("old"));
    assert_eq!(rig.reason(), None);
    assert_eq!(rig.types().last(), Some(&Type::Type));
}
