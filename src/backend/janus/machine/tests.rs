//! The connection's life in virtual time.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

struct World {
    machine: Machine,
    now: Instant,
}

impl World {
    fn new() -> Self {
        let timing = Timing {
            request: 10 * SECOND,
            keepalive: 15 * SECOND,
            liveness: 5 * SECOND,
            lost_after: 8 * SECOND,
            reconnect_min: Duration::from_millis(100),
            reconnect_max: 2 * SECOND,
        };
        let now = Instant::now();
        Self {
            machine: Machine::new(timing, now),
            now,
        }
    }

    /// Connected to a server that claims sessions for `reclaim` seconds.
    fn up(reclaim: u64) -> Self {
        let mut world = Self::new();
        assert_eq!(world.wait(), ["connect"]);
        world.machine.connected(world.now);
        world.greet(reclaim);
        assert_eq!(world.done(), ["info", "authorise", "up"]);
        world
    }

    fn greet(&mut self, reclaim: u64) {
        let server = ServerInfo {
            version: "1.1.2".into(),
            session_timeout: 60,
            reclaim_session_timeout: reclaim,
        };
        self.machine
            .replied(Own::Info, OwnReply::Info(server), self.now);
        self.machine
            .replied(Own::Authorise, OwnReply::NoSession, self.now);
    }

    fn broken(&mut self, refused: bool) {
        self.machine
            .disconnected("broken".into(), refused, 1.0, self.now);
    }

    fn open(&mut self, sessions: impl IntoIterator<Item = u64>) {
        for session in sessions {
            self.machine.opened(session, self.now);
        }
    }

    /// Until time matters, and what is done then.
    fn wait(&mut self) -> Vec<String> {
        self.now = self.machine.wake_at().expect("something is due");
        self.machine.tick(self.now);
        self.done()
    }

    fn done(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.machine.poll())
            .map(|action| match action {
                Action::Connect => "connect".into(),
                Action::Disconnect(_) => "disconnect".into(),
                Action::Send(own) => own.transaction(),
                Action::Up(_) => "up".into(),
                Action::Down(_) => "down".into(),
                Action::Reclaimed(session) => format!("reclaimed-{session}"),
                Action::Lost { session, .. } => format!("lost-{session}"),
            })
            .collect()
    }

    /// The server cannot be reached: what is done until the sessions are given up, and when.
    fn until_lost(&mut self, refused: bool) -> Duration {
        let begun = self.now;
        loop {
            let done = self.wait();
            if done.iter().any(|action| action.starts_with("lost")) {
                return self.now - begun;
            }
            if done == ["connect"] {
                self.broken(refused);
            }
            assert!(self.now - begun < 100 * SECOND, "never given up: {done:?}");
        }
    }
}

#[test]
fn own_transactions_are_read_back_and_are_no_numbers() {
    for own in [
        Own::Info,
        Own::Authorise,
        Own::Ping,
        Own::Claim(7),
        Own::Keepalive(7),
        Own::Destroy(7),
    ] {
        assert_eq!(Own::parse(&own.transaction()), Some(own));
        assert!(own.transaction().parse::<u64>().is_err());
    }
    assert_eq!((Own::parse("42"), Own::parse("claim-x")), (None, None));
}

#[test]
fn sessions_are_claimed_first_thing_after_an_outage() {
    let mut world = World::up(60);
    world.open([1, 2]);
    world.broken(false);
    assert_eq!(world.done(), ["down"]);
    assert_eq!(world.wait(), ["connect"]);
    world.machine.connected(world.now);
    world.greet(60);
    assert_eq!(world.done(), ["info", "authorise", "claim-1", "claim-2"]);
    world
        .machine
        .replied(Own::Claim(1), OwnReply::Done, world.now);
    assert_eq!(world.done(), ["reclaimed-1"]);
    assert!(!world.machine.is_up(), "not before all are claimed");
    world
        .machine
        .replied(Own::Claim(2), OwnReply::NoSession, world.now);
    assert_eq!(world.done(), ["lost-2", "up"]);
    assert!(world.machine.knows(1) && !world.machine.knows(2));
}

#[test]
fn thousands_are_claimed_a_window_at_a_time() {
    let mut world = World::up(60);
    world.open(1..=1000);
    world.broken(false);
    world.done();
    world.wait();
    world.machine.connected(world.now);
    world.greet(60);
    let mut claims: VecDeque<_> = world.done().into_iter().skip(2).collect();
    let mut claimed = 0;
    while let Some(claim) = claims.pop_front() {
        assert!(claims.len() < WINDOW);
        let own = Own::parse(&claim).expect("a claim");
        world.machine.replied(own, OwnReply::Done, world.now);
        claimed += 1;
        claims.extend(
            world
                .done()
                .into_iter()
                .filter(|action| action.starts_with("claim")),
        );
    }
    assert_eq!((claimed, world.machine.is_up()), (1000, true));
}

#[test]
fn a_server_that_refuses_has_lost_its_sessions_soon() {
    let mut world = World::up(60);
    world.open([1]);
    world.broken(false);
    world.done();
    let after = world.until_lost(true);
    assert!((8 * SECOND..9 * SECOND).contains(&after), "{after:?}");
}

#[test]
fn a_server_out_of_reach_keeps_its_sessions_for_the_reclaim_window() {
    let mut world = World::up(30);
    world.open([1]);
    world.broken(false);
    world.done();
    assert_eq!(world.until_lost(false), 30 * SECOND);
}

#[test]
fn a_refusal_between_other_failures_starts_anew() {
    let mut world = World::up(30);
    world.open([1]);
    world.broken(true);
    world.now += 7 * SECOND;
    world.broken(false);
    world.done();
    assert!(world.until_lost(false) > 20 * SECOND);
}

#[test]
fn each_session_is_kept_alive() {
    let mut world = World::up(60);
    world.open([1]);
    world.now += 3 * SECOND;
    world.open([2]);
    let mut sent = Vec::new();
    while sent.len() < 4 {
        world.machine.heard(world.now);
        let begun = world.now;
        let actions = world.wait();
        assert!(world.now >= begun);
        sent.extend(actions.into_iter().filter(|action| action != "ping"));
    }
    assert_eq!(
        sent,
        ["keepalive-1", "keepalive-2", "keepalive-1", "keepalive-2"]
    );
}

#[test]
fn the_servers_own_clocks_shorten_the_keepalive() {
    for (reclaim, expected) in [(60, 15), (10, 5), (0, 15)] {
        let world = World::up(reclaim);
        assert_eq!(
            world.machine.keepalive(),
            expected * SECOND,
            "reclaim {reclaim}"
        );
    }
}

#[test]
fn a_session_that_timed_out_is_lost_once() {
    let mut world = World::up(60);
    world.open([1, 2]);
    world.machine.timed_out(1);
    world.machine.timed_out(1);
    world
        .machine
        .replied(Own::Keepalive(2), OwnReply::NoSession, world.now);
    assert_eq!(world.done(), ["lost-1", "lost-2"]);
}

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    let mut world = World::up(60);
    assert_eq!(world.wait(), ["ping"]);
    assert_eq!(world.wait(), ["disconnect"]);
    let mut world = World::up(60);
    assert_eq!(world.wait(), ["ping"]);
    world.machine.heard(world.now);
    assert_eq!(world.wait(), ["ping"], "an answer is enough");
}

#[test]
fn a_server_that_does_not_greet_is_given_up() {
    let mut world = World::new();
    world.wait();
    world.machine.connected(world.now);
    world.done();
    assert_eq!(world.wait(), ["disconnect"]);
}

#[test]
fn a_server_that_does_not_let_us_in_is_not_up() {
    let mut world = World::new();
    world.wait();
    world.machine.connected(world.now);
    let server = OwnReply::Info(ServerInfo::default());
    world.machine.replied(Own::Info, server, world.now);
    let refused = OwnReply::Refused("Unauthorized request (403)".into());
    world.machine.replied(Own::Authorise, refused, world.now);
    assert_eq!(world.done(), ["info", "authorise", "disconnect"]);
    assert!(!world.machine.is_up());
}

#[test]
fn what_ended_is_destroyed_until_the_server_says_so() {
    let mut world = World::up(60);
    world.open([1, 2]);
    world.machine.released(1);
    assert_eq!(world.done(), ["destroy-1"]);
    world.broken(false);
    world.machine.released(2);
    world.done();
    world.wait();
    world.machine.connected(world.now);
    world.greet(60);
    let mut done = world.done();
    done.sort_unstable();
    assert_eq!(
        done,
        ["authorise", "destroy-1", "destroy-2", "info", "up"],
        "nothing is left to claim"
    );
    world
        .machine
        .replied(Own::Destroy(1), OwnReply::Done, world.now);
    assert!(!world.machine.is_clean());
    world
        .machine
        .replied(Own::Destroy(2), OwnReply::NoSession, world.now);
    assert!(world.machine.is_clean());
}
