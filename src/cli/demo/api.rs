//! What the demo asks of the service, over gRPC.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::timeout;

use super::{super::client::Client, Failure, report::Shown};
use crate::proto::{
    CreateSessionRequest, DestroySessionRequest, EventType, GetAnswerRequest, Player, PlayerState,
    RecordedFile, RecorderActionRequest, SessionDescription, SessionType, SetAnswerRequest,
    SetTypeRequest, WatchEventsRequest,
    create_session_response::Description,
    event,
    recorder_action_request::{Action, Start, Stop},
    session_type::Kind,
    watch_events_request::{Scope, SessionIds},
    watch_events_response::Item,
};

/// The service.
pub(super) struct Api<'c> {
    client: &'c Client,
    /// The sessions that were created and not destroyed yet.
    open: Mutex<Vec<String>>,
}

impl<'c> Api<'c> {
    pub(super) const fn new(client: &'c Client) -> Self {
        Self {
            client,
            open: Mutex::new(Vec::new()),
        }
    }

    /// Creates a session and waits for its other description: the answer to `offer`, or an offer where there is none.
    pub(super) async fn create(
        &self,
        id: &str,
        kind: Kind,
        offer: Option<&str>,
    ) -> Result<String, Failure> {
        match self.begin(id, kind, offer, true).await? {
            Some(description) => Ok(description),
            None => Err(Failure::new(format!("session {id} got no description"))),
        }
    }

    /// Creates a session whose answer comes later.
    pub(super) async fn create_proxy(&self, id: &str, offer: &str) -> Result<(), Failure> {
        let kind = Kind::Proxy(crate::proto::Proxy {});
        self.begin(id, kind, Some(offer), false).await.map(drop)
    }

    async fn begin(
        &self,
        id: &str,
        kind: Kind,
        offer: Option<&str>,
        wait_reply: bool,
    ) -> Result<Option<String>, Failure> {
        let request = self.client.request(CreateSessionRequest {
            session_id: id.to_owned(),
            r#type: Some(SessionType { kind: Some(kind) }),
            offer: offer.map(description),
            wait_reply,
            ..CreateSessionRequest::default()
        });
        self.open.lock().push(id.to_owned());
        let reply = self.client.sessions().create_session(request).await?;
        Ok(match reply.into_inner().description {
            Some(Description::Offer(made) | Description::Answer(made)) => Some(made.sdp),
            None => None,
        })
    }

    /// Gives the client's answer to the session's offer.
    pub(super) async fn set_answer(&self, id: &str, sdp: &str) -> Result<(), Failure> {
        let request = self.client.request(SetAnswerRequest {
            session_id: id.to_owned(),
            answer: Some(description(sdp)),
        });
        self.client.sessions().set_answer(request).await?;
        Ok(())
    }

    /// The answer of a session, when it comes.
    pub(super) async fn answer(&self, id: &str) -> Result<String, Failure> {
        let request = self.client.request(GetAnswerRequest {
            session_id: id.to_owned(),
        });
        let reply = self
            .client
            .sessions()
            .get_answer(request)
            .await?
            .into_inner();
        let answer = reply.answer.map(|answer| answer.sdp);
        answer.ok_or_else(|| Failure::new(format!("session {id} got no answer")))
    }

    /// Gives a live session another type.
    pub(super) async fn set_type(&self, id: &str, kind: Kind) -> Result<(), Failure> {
        let request = self.client.request(SetTypeRequest {
            session_id: id.to_owned(),
            r#type: Some(SessionType { kind: Some(kind) }),
        });
        self.client.sessions().set_type(request).await?;
        Ok(())
    }

    /// Begins to record a session.
    pub(super) async fn start_recording(&self, id: &str) -> Result<(), Failure> {
        let start = Action::Start(Start::default());
        self.record(id, start).await.map(drop)
    }

    /// Ends the recording; the file it wrote.
    pub(super) async fn stop_recording(&self, id: &str) -> Result<RecordedFile, Failure> {
        let mut files = self.record(id, Action::Stop(Stop {})).await?;
        let file = files.pop();
        file.ok_or_else(|| Failure::new("the recording has no file"))
    }

    async fn record(&self, id: &str, action: Action) -> Result<Vec<RecordedFile>, Failure> {
        let request = self.client.request(RecorderActionRequest {
            session_id: id.to_owned(),
            action: Some(action),
        });
        let reply = self.client.sessions().recorder_action(request).await?;
        let recording = reply.into_inner().recording.unwrap_or_default();
        match recording.error.as_str() {
            "" => Ok(recording.files),
            error => Err(Failure::new(format!("the recording failed: {error}"))),
        }
    }

    /// Waits, no longer than `patience`, until the session's player has come to its end.
    pub(super) async fn player_ends(&self, id: &str, patience: Duration) -> Result<(), Failure> {
        let ids = vec![id.to_owned()];
        let request = WatchEventsRequest {
            scope: Some(Scope::SessionIds(SessionIds { ids })),
            types: vec![EventType::Player.into()],
            ..WatchEventsRequest::default()
        };
        let end = async {
            let mut events = self
                .client
                .sessions()
                .watch_events(request)
                .await?
                .into_inner();
            while let Some(told) = events.message().await? {
                let Some(Item::Event(told)) = told.item else {
                    continue;
                };
                let Some(event::Kind::Player(player)) = told.kind else {
                    continue;
                };
                if has_ended(&player)? {
                    return Ok(());
                }
            }
            Err(Failure::new("the session ended while it played"))
        };
        let late = |_| Failure::new(format!("the player did not end within {patience:?}"));
        timeout(patience, end).await.map_err(late)?
    }

    /// Ends all sessions of the scene that has yielded `shown`.
    pub(super) async fn clear<T>(&self, shown: Shown<T>) -> Shown<T> {
        let open = std::mem::take(&mut *self.open.lock());
        for session_id in open {
            let request = self.client.request(DestroySessionRequest {
                session_id,
                ..DestroySessionRequest::default()
            });
            let destroyed = self.client.sessions().destroy_session(request).await;
            // A scene that failed has its own words, and may have no session.
            if let (Ok(_), Err(status)) = (&shown, destroyed) {
                return Err(status.into());
            }
        }
        shown
    }
}

fn description(sdp: &str) -> SessionDescription {
    SessionDescription {
        sdp: sdp.to_owned(),
        ..SessionDescription::default()
    }
}

fn has_ended(player: &Player) -> Result<bool, Failure> {
    match player.state() {
        PlayerState::Stopped => Ok(true),
        PlayerState::Failed => Err(Failure::new(format!("the player failed: {}", player.error))),
        PlayerState::Unspecified | PlayerState::Playing | PlayerState::Paused => Ok(false),
    }
}
