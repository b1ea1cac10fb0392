//! A session, as a case sees it: what it tells, and what can be asked of it.

use std::time::Duration;

use mediaplane::event::{Item, Kind, Scope, Type, Watch};
use mediaplane::id::SessionId;
use mediaplane::media::{Description, MediaUpdate, Outcome, RemoteCandidate, Update};
use mediaplane::session::{Command, Info, Reply, Side};
use mediaplane::{Error, Reason};
use tokio::time::timeout;

use crate::subjects::{PATIENCE, Subject};

/// A session of a subject.
pub(crate) struct Session<'s> {
    pub(crate) subject: &'s Subject,
    pub(crate) id: SessionId,
    watch: Watch,
    /// What it told so far.
    seen: Vec<Kind>,
    /// How much of that was looked at.
    passed: usize,
}

/// A media update.
pub(crate) fn media(change: impl FnOnce(&mut MediaUpdate)) -> Update {
    let mut update = MediaUpdate::default();
    change(&mut update);
    Update::Media(update)
}

impl<'s> Session<'s> {
    pub(crate) fn new(subject: &'s Subject, id: SessionId) -> Session<'s> {
        let watch = subject.watch(Scope::Sessions(vec![id.clone()]));
        Session {
            subject,
            id,
            watch,
            seen: Vec::new(),
            passed: 0,
        }
    }

    /// The session as it stands.
    pub(crate) fn info(&self) -> Info {
        let info = self.subject.service().get(&self.subject.caller(), &self.id);
        info.expect("a session is remembered")
    }

    /// The next event that `wanted` makes something of; others are passed over.
    pub(crate) async fn tells<T>(&mut self, what: &str, wanted: impl Fn(&Kind) -> Option<T>) -> T {
        self.tells_within(PATIENCE, what, wanted).await
    }

    /// As [`Session::tells`], with a limit of its own.
    pub(crate) async fn tells_within<T>(
        &mut self,
        patience: Duration,
        what: &str,
        wanted: impl Fn(&Kind) -> Option<T>,
    ) -> T {
        let found = timeout(patience, self.next(wanted)).await;
        match found {
            Ok(Some(found)) => found,
            Ok(None) => panic!(
                "{what}: session {} ended before; it told {:#?}",
                self.id, self.seen
            ),
            Err(_) => panic!(
                "{what}: it took too long; session {} told {:#?}",
                self.id, self.seen
            ),
        }
    }

    async fn next<T>(&mut self, wanted: impl Fn(&Kind) -> Option<T>) -> Option<T> {
        loop {
            while let Some(kind) = self.seen.get(self.passed) {
                self.passed += 1;
                if let Some(found) = wanted(kind) {
                    return Some(found);
                }
            }
            match self.watch.next().await? {
                Item::Event(event) => self.seen.push(event.kind.clone()),
                other => panic!("session {} has no gap: {other:?}", self.id),
            }
        }
    }

    /// Waits until it has told an event of this type.
    pub(crate) async fn told(&mut self, wanted: Type) {
        self.tells(wanted.as_str(), |kind| {
            (kind.event_type() == wanted).then_some(())
        })
        .await;
    }

    /// Waits for a notice of its backend.
    pub(crate) async fn notices(&mut self, class: &str) {
        self.tells(class, |kind| {
            matches!(kind, Kind::Status(notice) if notice.class == class).then_some(())
        })
        .await;
    }

    /// Waits until its client's media has a way to the backend.
    pub(crate) async fn connected(&mut self) {
        self.tells("the client connects", |kind| match kind {
            Kind::Status(notice) if notice.class == "webrtc" && notice.body["state"] == "up" => {
                Some(())
            }
            _ => None,
        })
        .await;
    }

    /// Waits until it ends.
    pub(crate) async fn ends(&mut self) -> (Reason, String) {
        self.ends_within(PATIENCE).await
    }

    /// As [`Session::ends`], with a limit of its own.
    pub(crate) async fn ends_within(&mut self, patience: Duration) -> (Reason, String) {
        self.tells_within(patience, "the end", |kind| match kind {
            Kind::Destroyed { reason, message } => Some((*reason, message.to_string())),
            _ => None,
        })
        .await
    }

    /// Waits until it ends, for this reason.
    pub(crate) async fn ends_with(&mut self, reason: Reason) {
        let (ended, message) = self.ends().await;
        assert_eq!(ended, reason, "{message}");
    }

    /// The types of what it told so far, in order.
    pub(crate) fn history(&self) -> Vec<Type> {
        self.seen.iter().map(Kind::event_type).collect()
    }

    /// Asks something of it.
    pub(crate) async fn command(&self, command: Command) -> Result<Reply, Error> {
        self.subject.command(&self.id, command).await
    }

    async fn description(&self, side: Side) -> Description {
        match self.command(Command::Get(side)).await {
            Ok(Reply::Description(description)) => description,
            other => panic!("session {} has no {side:?}: {other:?}", self.id),
        }
    }

    /// Its offer, as soon as it is there.
    pub(crate) async fn offer(&self) -> Description {
        self.description(Side::Offer).await
    }

    /// Its answer, as soon as it is there.
    pub(crate) async fn answer(&self) -> Description {
        self.description(Side::Answer).await
    }

    /// Gives it its client's answer.
    pub(crate) async fn set_answer(&self, answer: Description) {
        let set = self.command(Command::SetAnswer(answer)).await;
        set.unwrap_or_else(|error| panic!("the answer was refused: {error:?}"));
    }

    /// Gives it its client's candidates and their end.
    pub(crate) async fn candidates(&self, candidates: Vec<RemoteCandidate>) {
        for candidate in candidates {
            let taken = self.command(Command::Candidate(candidate)).await;
            taken.unwrap_or_else(|error| panic!("a candidate was refused: {error:?}"));
        }
    }

    /// Asks for a change.
    pub(crate) async fn update(&self, update: Update) -> Result<Reply, Error> {
        self.command(Command::Update(update)).await
    }

    /// Changes its media.
    pub(crate) async fn media(&self, change: impl FnOnce(&mut MediaUpdate)) {
        let done = self.update(media(change)).await;
        done.unwrap_or_else(|error| panic!("the media update was refused: {error:?}"));
    }

    /// Asks for a change that yields something.
    pub(crate) async fn outcome(&self, update: Update) -> Outcome {
        match self.update(update.clone()).await {
            Ok(Reply::Outcome(outcome)) => outcome,
            other => panic!("{update:?} yielded {other:?}"),
        }
    }

    /// Ends it and waits for its end.
    pub(crate) async fn destroy(&mut self) {
        self.stop().await;
        self.ends_with(Reason::UserStop).await;
    }

    /// Ends it.
    pub(crate) async fn stop(&self) {
        let (reason, message) = (Reason::UserStop, "the test is done with it".to_owned());
        let destroyed = self.command(Command::Destroy { reason, message }).await;
        destroyed.unwrap_or_else(|error| panic!("it cannot be destroyed: {error:?}"));
    }
}
