//! Roles, waiters, timeouts.

use super::*;

#[test]
fn a_p2p_session_is_answered_by_its_caller() {
    let mut rig = Rig::begin(p2p(description(false)), None, &[]);
    assert_eq!(rig.machine.status(), Status::WaitAnswer);
    let waiter = rig.command(Command::Get(Side::Answer));
    assert!(!rig.replies.contains_key(&waiter));
    assert!(rig.ask(Command::SetAnswer(description(false))).is_ok());
    assert!(matches!(rig.replies[&waiter], Ok(Reply::Description(_))));
    assert_eq!(rig.machine.status(), Status::Ready);
    assert_eq!(rig.types(), [Type::Created, Type::Answer]);
    assert_eq!(
        rig.refused(Command::SetAnswer(description(false))),
        Reason::AnswerAlreadySet
    );
    assert_eq!(
        rig.machine.status(),
        Status::Ready,
        "a second answer changes nothing"
    );
}

#[test]
fn the_backend_answers_an_offer() {
    let offer = description(false);
    let mut rig = Rig::begin(
        create(SessionType::Echo, Some(offer)),
        Some(paper(true)),
        &[],
    );
    assert_eq!(rig.machine.status(), Status::Starting);
    assert_eq!(
        rig.refused(Command::SetAnswer(description(false))),
        Reason::IncompatibleSession
    );
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    assert_eq!(rig.machine.status(), Status::Ready);
    assert_eq!(rig.types(), [Type::Created, Type::Answer]);
}

#[test]
fn the_backend_offers_and_gets_the_answer_before_anybody_is_told() {
    let mut rig = Rig::begin(create(SessionType::Echo, None), Some(paper(true)), &[]);
    assert_eq!(
        rig.refused(Command::SetAnswer(description(false))),
        Reason::OfferNotSet
    );
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    assert_eq!(rig.machine.status(), Status::WaitAnswer);
    let setter = rig.command(Command::SetAnswer(description(false)));
    assert_eq!(
        rig.refused(Command::SetAnswer(description(false))),
        Reason::AnswerAlreadySet
    );
    assert!(!rig.replies.contains_key(&setter));
    assert!(matches!(rig.land(Ok(Finished::Nothing)), Call::Accept(_)));
    assert!(rig.replies[&setter].is_ok());
    assert_eq!(rig.types(), [Type::Created, Type::Offer, Type::Answer]);
}

#[test]
fn an_answer_that_the_server_refuses_ends_the_session() {
    let mut rig = Rig::begin(create(SessionType::Echo, None), Some(paper(true)), &[]);
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    let setter = rig.command(Command::SetAnswer(description(false)));
    rig.land(Err(Error::new(Reason::InvalidSdp, "no")));
    assert_eq!(
        rig.replies[&setter].as_ref().unwrap_err().reason(),
        Reason::InvalidSdp
    );
    assert_eq!(rig.reason(), Some(Reason::InvalidSdp));
    assert_eq!(rig.closed, 1);
}

#[test]
fn a_leg_that_cannot_be_opened_ends_the_session_and_all_who_wait() {
    let offer = description(false);
    let mut rig = Rig::begin(
        create(SessionType::Echo, Some(offer)),
        Some(paper(true)),
        &[],
    );
    let waiter = rig.command(Command::Get(Side::Answer));
    rig.land(Err(Error::new(Reason::BackendRejected, "no")));
    assert_eq!(
        rig.replies[&waiter].as_ref().unwrap_err().reason(),
        Reason::BackendRejected
    );
    assert_eq!(rig.types(), [Type::Created, Type::Destroyed]);
}

#[test]
fn a_proxy_is_answered_later() {
    let offer = description(false);
    let mut rig = Rig::begin(
        create(SessionType::Echo, Some(offer)),
        Some(paper(true)),
        &[],
    );
    rig.land(Ok(Finished::Opened(None)));
    assert_eq!(rig.machine.status(), Status::WaitAnswer);
    rig.feed(Input::Leg(LegEvent::Description(description(false))));
    assert_eq!(rig.machine.status(), Status::Ready);
}

#[test]
fn the_wait_for_an_answer_ends_and_so_does_the_time_after() {
    let mut rig = Rig::begin(p2p(description(false)), None, &[]);
    let waiter = rig.command(Command::Get(Side::Answer));
    rig.pass(Duration::from_secs(59));
    assert_eq!(rig.reason(), None);
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.reason(), Some(Reason::SessionTimeout));
    assert!(rig.replies[&waiter].is_err());

    let timed = Create {
        ready_timeout: Some(Duration::from_secs(7)),
        ..p2p(description(false))
    };
    let mut rig = Rig::begin(timed, None, &[]);
    rig.ask(Command::SetAnswer(description(false)))
        .expect("set");
    assert_eq!(
        rig.machine.wake_at(),
        Some(rig.now + Duration::from_secs(7))
    );
    rig.pass(Duration::from_secs(7));
    assert_eq!(rig.reason(), Some(Reason::SessionTimeout));
}

#[test]
fn a_session_that_nobody_watches_ends_after_its_lease() {
    let lease = Duration::from_secs(10);
    let leased = Create {
        destroy_when_unwatched: Some(lease),
        ..p2p(description(false))
    };
    let mut rig = Rig::begin(leased, None, &[]);
    rig.pass(lease);
    assert_eq!(rig.asked_watched, 1);
    rig.feed(Input::Unwatched(None));
    let left = rig.now + Duration::from_secs(4);
    rig.pass(lease);
    rig.feed(Input::Unwatched(Some(left)));
    assert_eq!(rig.reason(), None);
    rig.pass(Duration::from_secs(4));
    rig.feed(Input::Unwatched(Some(left)));
    assert_eq!(rig.reason(), Some(Reason::Unwatched));
}

#[test]
fn the_end_comes_once() {
    let mut rig = Rig::begin(p2p(description(false)), None, &[]);
    let destroy = || Command::Destroy {
        reason: Reason::UserStop,
        message: "bye".into(),
    };
    for _ in 0..2 {
        assert!(rig.ask(destroy()).is_ok());
    }
    rig.feed(Input::RoomDestroyed);
    rig.pass(Duration::from_secs(1_000_000));
    assert_eq!(rig.types(), [Type::Created, Type::Destroyed]);
    assert_eq!((rig.closed, rig.reason()), (1, Some(Reason::UserStop)));
    assert_eq!(rig.refused(Command::Get(Side::Answer)), Reason::UserStop);
}

#[test]
fn waiters_are_bounded_and_those_who_leave_make_room() {
    let mut rig = Rig::begin(p2p(description(false)), None, &[]);
    let most = Settings::default().max_waiters;
    let first = rig.command(Command::Get(Side::Answer));
    for _ in 1..most {
        rig.command(Command::Get(Side::Answer));
    }
    assert_eq!(
        rig.refused(Command::Get(Side::Answer)),
        Reason::LimitReached
    );
    rig.feed(Input::Cancelled(first));
    let late = rig.command(Command::Get(Side::Answer));
    assert!(!rig.replies.contains_key(&late));
}

#[test]
fn what_the_server_lost_is_said_before_the_end() {
    let offer = description(false);
    let mut rig = Rig::begin(
        create(SessionType::Echo, Some(offer)),
        Some(paper(true)),
        &[],
    );
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    let (reason, message) = (Reason::BackendLost, "restarted".to_owned());
    rig.feed(Input::Leg(LegEvent::Closed { reason, message }));
    assert_eq!(
        rig.types(),
        [
            Type::Created,
            Type::Answer,
            Type::BackendLost,
            Type::Destroyed
        ]
    );
}
