//! How the server stands: what both its connections say together, and what is told of it.

use tokio::sync::mpsc;

use super::{Role, Told, event::Event};

/// How one connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Up { core: String, version: String },
    Down { why: String, gone: bool },
}

/// What is to be told of both.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Up {
        /// How many times either connection has come to stand: another time is told again.
        times: u64,
        core: String,
        version: String,
    },
    Down {
        why: String,
        gone: bool,
    },
}

/// Both connections, and where is told what comes of them.
///
/// When nobody takes what is told, how the server stands is told later, as it is by then.
#[derive(Debug)]
pub(super) struct Standing {
    events: Side,
    reads: Side,
    times: u64,
    told: Status,
    is_owed: bool,
    /// Whether it was told that the connection stands that events come by.
    is_covered: bool,
    sender: mpsc::Sender<Told>,
}

/// What was to be told was not taken in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// The connections lead to different servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Differ;

impl Standing {
    pub(super) fn new(sender: mpsc::Sender<Told>) -> Self {
        let why = "not connected yet".to_owned();
        let gone = false;
        let down = Side::Down {
            why: why.clone(),
            gone,
        };
        Self {
            events: down.clone(),
            reads: down,
            times: 0,
            told: Status::Down { why, gone },
            is_owed: false,
            is_covered: false,
            sender,
        }
    }

    /// Where is told: to wait for room.
    pub(super) fn sender(&self) -> &mpsc::Sender<Told> {
        &self.sender
    }

    /// Whether something waits for room.
    pub(super) fn is_owed(&self) -> bool {
        self.is_owed
    }

    /// One connection stands otherwise than before.
    ///
    /// # Errors
    /// [`Differ`]: the other one is of no use.
    pub(super) fn change(&mut self, role: Role, side: Side) -> Result<(), Differ> {
        if matches!(side, Side::Up { .. }) {
            self.times += 1;
        } else if matches!(role, Role::Events) {
            self.is_covered = false;
        }
        match role {
            Role::Events => self.events = side,
            Role::Reads => self.reads = side,
        }
        self.tell();
        match (&self.events, &self.reads) {
            (Side::Up { core: one, .. }, Side::Up { core: other, .. }) if one != other => {
                Err(Differ)
            }
            _ => Ok(()),
        }
    }

    /// Tells how the server stands, if that has not been told and there is room.
    pub(super) fn tell(&mut self) {
        let status = self.status();
        self.is_owed = status != self.told;
        if !self.is_owed {
            return;
        }
        let (told, is_up) = match status.clone() {
            Status::Up { core, version, .. } => (Told::Up { core, version }, true),
            Status::Down { why, gone } => (Told::Down { why, gone }, false),
        };
        if let Err(mpsc::error::TrySendError::Full(_)) = self.sender.try_send(told) {
            return;
        }
        self.told = status;
        self.is_owed = false;
        self.is_covered |= is_up;
    }

    /// Tells what happened, if how the server stands was told before.
    ///
    /// # Errors
    /// [`Full`]: this and all that follows is lost until the server stands again.
    pub(super) fn event(&mut self, event: Box<Event>) -> Result<(), Full> {
        if !self.is_covered {
            return Ok(());
        }
        match self.sender.try_send(Told::Event(event)) {
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.is_covered = false;
                Err(Full)
            }
            _ => Ok(()),
        }
    }

    fn status(&self) -> Status {
        let (why, gone) = match (&self.events, &self.reads) {
            (Side::Up { core, version }, Side::Up { core: other, .. }) if core == other => {
                return Status::Up {
                    times: self.times,
                    core: core.clone(),
                    version: version.clone(),
                };
            }
            (Side::Up { .. }, Side::Up { .. }) => (
                "its connections lead to different servers".to_owned(),
                false,
            ),
            (Side::Down { why, .. }, Side::Up { .. })
            | (Side::Up { .. }, Side::Down { why, .. }) => (why.clone(), false),
            (Side::Down { why, gone }, Side::Down { gone: other, .. }) => {
                (why.clone(), *gone || *other)
            }
        };
        Status::Down { why, gone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(core: &str) -> Side {
        let (core, version) = (core.to_owned(), "1".to_owned());
        Side::Up { core, version }
    }

    fn down(why: &str, gone: bool) -> Side {
        let why = why.to_owned();
        Side::Down { why, gone }
    }

    fn happened(name: &str) -> Box<Event> {
        let text = format!(r#"{{"Event-Name":"{name}"}}"#);
        Box::new(Event::parse(text.as_bytes()).expect("it is one"))
    }

    /// What was told, in short.
    fn told(receiver: &mut mpsc::Receiver<Told>) -> Vec<String> {
        let told = std::iter::from_fn(|| receiver.try_recv().ok());
        told.map(|told| match told {
            Told::Up { core, .. } => format!("up {core}"),
            Told::Down { why, gone } => format!("down {why} {gone}"),
            Told::Event(event) => event.name().to_owned(),
        })
        .collect()
    }

    #[test]
    fn it_stands_when_both_do_and_falls_with_either() {
        let (sender, mut receiver) = mpsc::channel(64);
        let mut standing = Standing::new(sender);
        let steps = [
            (Role::Events, up("a"), vec![]),
            (Role::Reads, up("a"), vec!["up a"]),
            (Role::Reads, down("cut", false), vec!["down cut false"]),
            (Role::Reads, down("cut", false), vec![]),
            (Role::Reads, up("a"), vec!["up a"]),
            (Role::Events, down("cut", false), vec!["down cut false"]),
            (Role::Events, down("gone", true), vec!["down gone false"]),
            (Role::Reads, down("cut", false), vec!["down gone true"]),
            (Role::Reads, up("b"), vec!["down gone false"]),
            (Role::Events, up("b"), vec!["up b"]),
        ];
        for (role, side, expected) in steps {
            let step = format!("{role:?} {side:?}");
            assert_eq!(standing.change(role, side), Ok(()));
            assert_eq!(told(&mut receiver), expected, "{step}");
        }
    }

    #[test]
    fn events_come_only_behind_the_word_that_their_connection_stands() {
        let (sender, mut receiver) = mpsc::channel(64);
        let mut standing = Standing::new(sender);
        let _ = standing.change(Role::Events, up("a"));
        assert_eq!(standing.event(happened("EARLY")), Ok(()));
        let _ = standing.change(Role::Reads, up("a"));
        assert_eq!(standing.event(happened("ONE")), Ok(()));
        let _ = standing.change(Role::Reads, down("cut", false));
        assert_eq!(standing.event(happened("TWO")), Ok(()));
        let _ = standing.change(Role::Events, down("cut", false));
        assert_eq!(standing.event(happened("LATE")), Ok(()));
        assert_eq!(
            told(&mut receiver),
            ["up a", "ONE", "down cut false", "TWO"]
        );
    }

    #[test]
    fn two_servers_are_none() {
        let (sender, mut receiver) = mpsc::channel(64);
        let mut standing = Standing::new(sender);
        assert_eq!(standing.change(Role::Events, up("a")), Ok(()));
        assert_eq!(standing.change(Role::Reads, up("b")), Err(Differ));
        let why = "down its connections lead to different servers false";
        assert_eq!(told(&mut receiver), [why]);
    }

    #[test]
    fn what_is_not_taken_is_told_as_it_is_by_then() {
        let (sender, mut receiver) = mpsc::channel(2);
        let mut standing = Standing::new(sender);
        let _ = standing.change(Role::Events, up("a"));
        let _ = standing.change(Role::Reads, up("a"));
        assert_eq!(standing.event(happened("ONE")), Ok(()));
        assert_eq!(standing.event(happened("TWO")), Err(Full));
        assert_eq!(standing.event(happened("THREE")), Ok(()), "told once");
        let _ = standing.change(Role::Events, down("cut", false));
        assert!(standing.is_owed());
        let _ = standing.change(Role::Events, up("a"));
        assert_eq!(standing.event(happened("FOUR")), Ok(()));
        assert_eq!(told(&mut receiver), ["up a", "ONE"]);
        standing.tell();
        assert!(!standing.is_owed());
        assert_eq!(standing.event(happened("FIVE")), Ok(()));
        assert_eq!(told(&mut receiver), ["up a", "FIVE"]);
    }
}
