//! Who receives whom after what.

use super::*;
use crate::media::RoomOptions;

fn entered(topology: &mut Topology<u64>, name: &str, number: u64) -> (SessionId, u64) {
    let session: SessionId = name.parse().expect("an id");
    let leg = number;
    topology.enter(session.clone(), leg, LegEvents::new(1).0);
    (session, leg)
}

fn bridge(peer_id: &SessionId) -> SessionType {
    let peer_id = peer_id.clone();
    SessionType::Bridge { peer_id }
}

fn received(changes: &[Change<u64>]) -> Vec<(u64, Option<u64>)> {
    changes
        .iter()
        .map(|change| (change.leg, change.to))
        .collect()
}

fn publish(room: &RoomId) -> SessionType {
    SessionType::Publish {
        room_id: Some(room.clone()),
        create_room: false,
        room_options: Box::default(),
    }
}

fn listen(to: &SessionId) -> SessionType {
    SessionType::Listen {
        publisher_id: to.clone(),
        room_id: None,
    }
}

#[test]
fn a_bridge_joins_both_and_parts_both() {
    let mut topology = Topology::default();
    let (a, leg_a) = entered(&mut topology, "a", 1);
    let (b, leg_b) = entered(&mut topology, "b", 2);
    let (c, _) = entered(&mut topology, "c", 3);
    topology.become_type(&a, &SessionType::Echo).expect("echo");
    let changes = topology.become_type(&b, &bridge(&a)).expect("a bridge");
    let joined = [(leg_b, Some(leg_a)), (leg_a, Some(leg_b))];
    assert_eq!(received(&changes), joined);
    let refused = topology.become_type(&c, &bridge(&a));
    assert_eq!(
        refused.expect_err("it is bridged").reason(),
        Reason::IncompatibleSession
    );
    let again = topology.become_type(&b, &bridge(&a));
    assert!(again.expect("the same bridge").is_empty());
    let changes = topology
        .become_type(&b, &SessionType::Park)
        .expect("parked");
    assert_eq!(received(&changes), [(leg_a, None), (leg_b, None)]);
    topology.become_type(&c, &bridge(&a)).expect("a is free");
    assert_eq!(received(&topology.leave(&a, leg_a)).len(), 2);
}

#[test]
fn what_comes_late_of_an_earlier_session_does_not_touch_the_later_one() {
    let mut topology = Topology::default();
    let (a, earlier) = entered(&mut topology, "a", 1);
    let (_, later) = entered(&mut topology, "a", 2);
    topology.become_type(&a, &SessionType::Echo).expect("echo");
    assert_eq!(topology.leave(&a, earlier), []);
    assert_eq!(topology.leg(&a).expect("it is there"), later);
    assert_eq!(received(&topology.leave(&a, later)), [(later, None)]);
    assert!(topology.leg(&a).is_err());
}

#[test]
fn what_is_not_done_after_all_is_as_it_was() {
    let mut topology = Topology::default();
    let (a, leg_a) = entered(&mut topology, "a", 1);
    let (b, leg_b) = entered(&mut topology, "b", 2);
    let (c, leg_c) = entered(&mut topology, "c", 3);
    let room: RoomId = "room".parse().expect("an id");
    topology.make_room(room.clone(), RoomOptions::default());
    topology
        .become_type(&a, &publish(&room))
        .expect("a publisher");
    topology.become_type(&b, &listen(&a)).expect("a listener");
    let standing = topology.standing(&a);
    topology.become_type(&a, &bridge(&c)).expect("a bridge");
    assert_eq!(
        (topology.source(&b), topology.source(&c)),
        (None, Some(leg_a))
    );
    topology.restore(&a, standing);
    assert_eq!((topology.source(&a), topology.source(&c)), (None, None));
    assert_eq!(topology.source(&b), Some(leg_a));
    assert_eq!(topology.room_of(&a), Some(room));

    let standing = topology.standing(&c);
    topology.become_type(&c, &bridge(&b)).expect("a bridge");
    topology.restore(&c, standing);
    topology.become_type(&c, &SessionType::Echo).expect("echo");
    let standing = topology.standing(&c);
    topology.become_type(&c, &bridge(&b)).expect("b is free");
    topology.restore(&c, standing);
    assert_eq!(topology.source(&c), Some(leg_c));
    assert_ne!(topology.source(&b), Some(leg_c));
    assert!(topology.receivers(leg_b).is_empty());
}

#[test]
fn listeners_lose_a_publisher_that_becomes_something_else() {
    let mut topology = Topology::default();
    let (a, leg_a) = entered(&mut topology, "a", 1);
    let (b, leg_b) = entered(&mut topology, "b", 2);
    let room: RoomId = "r".parse().expect("an id");
    let refused = topology.become_type(&a, &publish(&room));
    assert_eq!(
        refused.expect_err("there is no room").reason(),
        Reason::RoomNotFound
    );
    topology.make_room(room.clone(), RoomOptions::default());
    topology
        .become_type(&a, &publish(&room))
        .expect("publishes");
    let changes = topology.become_type(&b, &listen(&a)).expect("listens");
    assert_eq!(received(&changes), [(leg_b, Some(leg_a))]);
    assert_eq!(topology.room_of(&b), Some(room));
    let changes = topology.become_type(&a, &SessionType::Echo).expect("echo");
    assert!(received(&changes).contains(&(leg_b, None)), "{changes:?}");
    let refused = topology.become_type(&b, &listen(&a));
    assert_eq!(
        refused.expect_err("it does not publish").reason(),
        Reason::InvalidPublisher
    );
}

#[test]
fn a_locked_room_lets_in_only_those_inside() {
    let mut topology = Topology::default();
    let (a, _) = entered(&mut topology, "a", 1);
    let (b, _) = entered(&mut topology, "b", 2);
    let room: RoomId = "r".parse().expect("an id");
    topology.make_room(room.clone(), RoomOptions::default());
    topology
        .become_type(&a, &publish(&room))
        .expect("publishes");
    topology.lock(&room, true);
    assert!(topology.become_type(&b, &listen(&a)).is_err());
    assert!(topology.become_type(&b, &publish(&room)).is_err());
    topology.become_type(&a, &listen(&a)).expect("it is inside");
    topology.lock(&room, false);
    topology.become_type(&b, &publish(&room)).expect("let in");
}

#[test]
fn versions_grow() {
    let mut topology = Topology::default();
    let (a, _) = entered(&mut topology, "a", 1);
    let one = topology.become_type(&a, &SessionType::Echo).expect("echo");
    let two = topology.become_type(&a, &SessionType::Park).expect("park");
    assert!(one[0].version < two[0].version);
    assert_eq!(two[0].from, one[0].to);
}
