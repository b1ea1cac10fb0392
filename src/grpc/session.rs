//! `SessionService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    context::caller,
    convert::{
        self, Limits,
        action::{self, Asked},
        command, create, session,
    },
    event::{Events, WatchStream},
};
use crate::{
    error::{Error, Reason, Result},
    id::SessionId,
    media::{
        Description, Outcome, RemoteCandidate, RoomAction, RoomOutcome, SessionType,
        TypeCapability, Update,
    },
    proto::{self, session_service_server::SessionService},
    room,
    session::{Caller, Command, Reply, Sessions, Side},
};

/// The service: each RPC reads its request, asks the domain, and writes the reply.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) limits: Limits,
    pub(super) sessions: Arc<dyn Sessions>,
    pub(super) rooms: room::Registry,
    pub(super) events: Events,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

impl Service {
    async fn description(
        &self,
        caller: &Caller,
        id: &SessionId,
        side: Side,
    ) -> Result<Description> {
        match self
            .sessions
            .command(caller, id, Command::Get(side))
            .await?
        {
            Reply::Description(description) => Ok(description),
            other => Err(unexpected(&other)),
        }
    }

    async fn update(&self, caller: &Caller, id: &SessionId, update: Update) -> Result<Outcome> {
        // A driver knows the fields of an action, and not where the action stands in a request.
        let place = match &update {
            Update::Recorder(action) => Some(action.verb().as_str()),
            Update::Player(action) => Some(action.verb().as_str()),
            Update::Room(action) => Some(action.verb().as_str()),
            Update::Media(_) | Update::Type(_) | Update::Dtmf { .. } | Update::Stats => None,
        };
        let reply = self
            .sessions
            .command(caller, id, Command::Update(update))
            .await
            .map_err(|error| match place {
                Some(place) => error.within(place),
                None => error,
            });
        match reply? {
            Reply::Outcome(outcome) => Ok(outcome),
            Reply::Done => Ok(Outcome::Done),
            other => Err(unexpected(&other)),
        }
    }

    async fn capability(
        &self,
        caller: &Caller,
        id: &SessionId,
    ) -> Result<Option<Box<TypeCapability>>> {
        match self
            .sessions
            .command(caller, id, Command::Capability)
            .await?
        {
            Reply::Capability(capability) => Ok(capability),
            other => Err(unexpected(&other)),
        }
    }

    /// The room that a live session is in.
    async fn room_of(&self, caller: &Caller, id: &SessionId) -> Result<room::Info> {
        // Asked first, since this tells an ended session from a live one.
        self.capability(caller, id).await?;
        let session_type = self.sessions.get(caller, id)?.session_type;
        let room = session_type
            .room_id()
            .and_then(|room| self.rooms.get(room).ok());
        room.ok_or_else(|| Error::new(Reason::NoActiveRoom, "the session is in no room"))
    }

    fn played_by_type(&self, caller: &Caller, id: &SessionId) -> Option<Arc<str>> {
        match self.sessions.get(caller, id).ok()?.session_type {
            SessionType::Play { uri, .. } => Some(uri),
            _ => None,
        }
    }
}

fn unexpected(reply: &Reply) -> Error {
    let message = format!("a session replied {reply:?}, which does not fit its command");
    Error::new(Reason::SessionFailed, message)
}

#[tonic::async_trait]
impl SessionService for Service {
    type WatchEventsStream = WatchStream;

    async fn create_session(
        &self,
        request: Request<proto::CreateSessionRequest>,
    ) -> Result<Response<proto::CreateSessionResponse>, Status> {
        let caller = caller(request.metadata());
        let create = create::create(&self.limits, &caller, request.into_inner())?;
        let created = self.sessions.create(&caller, create).await?;
        Ok(Response::new(created.into()))
    }

    async fn destroy_session(
        &self,
        request: Request<proto::DestroySessionRequest>,
    ) -> Result<Response<proto::DestroySessionResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, destroy) = command::destroy(&self.limits, request.into_inner())?;
        self.sessions.command(&caller, &id, destroy).await?;
        Ok(Response::new(proto::DestroySessionResponse {}))
    }

    async fn set_answer(
        &self,
        request: Request<proto::SetAnswerRequest>,
    ) -> Result<Response<proto::SetAnswerResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, answer) = command::set_answer(&self.limits, request.into_inner())?;
        self.sessions.command(&caller, &id, answer).await?;
        Ok(Response::new(proto::SetAnswerResponse {}))
    }

    async fn get_session(
        &self,
        request: Request<proto::GetSessionRequest>,
    ) -> Result<Response<proto::GetSessionResponse>, Status> {
        let caller = caller(request.metadata());
        let id = command::session_id(&self.limits, &request.get_ref().session_id)?;
        let session = Some(self.sessions.get(&caller, &id)?.into());
        Ok(Response::new(proto::GetSessionResponse { session }))
    }

    async fn list_sessions(
        &self,
        request: Request<proto::ListSessionsRequest>,
    ) -> Result<Response<proto::ListSessionsResponse>, Status> {
        let caller = caller(request.metadata());
        let (filter, page) = session::list(&self.limits, request.into_inner())?;
        let (sessions, next) = self.sessions.list(&caller, &filter, &page);
        Ok(Response::new(proto::ListSessionsResponse {
            sessions: sessions.into_iter().map(Into::into).collect(),
            next_page_token: next.map(|id| id.to_string()).unwrap_or_default(),
        }))
    }

    async fn get_offer(
        &self,
        request: Request<proto::GetOfferRequest>,
    ) -> Result<Response<proto::GetOfferResponse>, Status> {
        let caller = caller(request.metadata());
        let id = command::session_id(&self.limits, &request.get_ref().session_id)?;
        let offer = self.description(&caller, &id, Side::Offer).await?;
        let offer = Some((&offer).into());
        Ok(Response::new(proto::GetOfferResponse { offer }))
    }

    async fn get_answer(
        &self,
        request: Request<proto::GetAnswerRequest>,
    ) -> Result<Response<proto::GetAnswerResponse>, Status> {
        let caller = caller(request.metadata());
        let id = command::session_id(&self.limits, &request.get_ref().session_id)?;
        let answer = self.description(&caller, &id, Side::Answer).await?;
        let answer = Some((&answer).into());
        Ok(Response::new(proto::GetAnswerResponse { answer }))
    }

    async fn update_media(
        &self,
        request: Request<proto::UpdateMediaRequest>,
    ) -> Result<Response<proto::UpdateMediaResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, media) = command::update_media(&self.limits, request.get_ref())?;
        let update = Command::Update(Update::Media(media));
        let media = match self.sessions.command(&caller, &id, update).await? {
            Reply::Media(media) => Some(convert::standing(media)),
            other => return Err(unexpected(&other).into()),
        };
        Ok(Response::new(proto::UpdateMediaResponse { media }))
    }

    async fn set_type(
        &self,
        request: Request<proto::SetTypeRequest>,
    ) -> Result<Response<proto::SetTypeResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, to) = command::set_type(&self.limits, request.into_inner())?;
        self.update(&caller, &id, Update::Type(to)).await?;
        let session = Some(self.sessions.get(&caller, &id)?.into());
        Ok(Response::new(proto::SetTypeResponse { session }))
    }

    async fn recorder_action(
        &self,
        request: Request<proto::RecorderActionRequest>,
    ) -> Result<Response<proto::RecorderActionResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, asked) = action::recorder(&self.limits, request.into_inner())?;
        let mut reply = proto::RecorderActionResponse::default();
        match asked {
            Asked::Actions => {
                let can = self.capability(&caller, &id).await?;
                reply.actions = can.map_or_else(Vec::new, |can| convert::numbers(can.recorder));
            }
            Asked::Action(action) => {
                let outcome = self.update(&caller, &id, Update::Recorder(action)).await?;
                if let Outcome::Recorder(recording) = &outcome {
                    reply.recording = Some(recording.into());
                }
            }
        }
        Ok(Response::new(reply))
    }

    async fn player_action(
        &self,
        request: Request<proto::PlayerActionRequest>,
    ) -> Result<Response<proto::PlayerActionResponse>, Status> {
        let caller = caller(request.metadata());
        let current = |id: &SessionId| self.played_by_type(&caller, id);
        let (id, asked) = action::player(&self.limits, request.into_inner(), current)?;
        let mut reply = proto::PlayerActionResponse::default();
        match asked {
            Asked::Actions => {
                let can = self.capability(&caller, &id).await?;
                reply.actions = can.map_or_else(Vec::new, |can| convert::numbers(can.player));
            }
            Asked::Action(action) => {
                let outcome = self.update(&caller, &id, Update::Player(action)).await?;
                if let Outcome::Player(player) = &outcome {
                    reply.player = Some(player.into());
                }
            }
        }
        Ok(Response::new(reply))
    }

    async fn room_action(
        &self,
        request: Request<proto::RoomActionRequest>,
    ) -> Result<Response<proto::RoomActionResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, asked) = action::room(&self.limits, request.into_inner())?;
        let mut reply = proto::RoomActionResponse::default();
        match asked {
            Asked::Actions => {
                let can = self.capability(&caller, &id).await?;
                let session_type = self.sessions.get(&caller, &id)?.session_type;
                if let (Some(can), Some(_)) = (can, session_type.room_id()) {
                    reply.actions = convert::room_actions(can.room);
                }
            }
            Asked::Action(RoomAction::ListMembers) => {
                let room = self.room_of(&caller, &id).await?;
                reply.members = room.members.iter().map(Into::into).collect();
            }
            Asked::Action(action) => {
                let outcome = self.update(&caller, &id, Update::Room(action)).await?;
                if let Outcome::Room(RoomOutcome::Recording(recording)) = &outcome {
                    reply.recording = Some(recording.into());
                }
            }
        }
        Ok(Response::new(reply))
    }

    async fn set_candidate(
        &self,
        request: Request<proto::SetCandidateRequest>,
    ) -> Result<Response<proto::SetCandidateResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, candidate) = command::set_candidate(&self.limits, request.get_ref())?;
        self.sessions.command(&caller, &id, candidate).await?;
        Ok(Response::new(proto::SetCandidateResponse {}))
    }

    async fn set_candidate_end(
        &self,
        request: Request<proto::SetCandidateEndRequest>,
    ) -> Result<Response<proto::SetCandidateEndResponse>, Status> {
        let caller = caller(request.metadata());
        let id = command::session_id(&self.limits, &request.get_ref().session_id)?;
        let end = Command::Candidate(RemoteCandidate::End);
        self.sessions.command(&caller, &id, end).await?;
        Ok(Response::new(proto::SetCandidateEndResponse {}))
    }

    async fn watch_events(
        &self,
        request: Request<proto::WatchEventsRequest>,
    ) -> Result<Response<WatchStream>, Status> {
        let caller = caller(request.metadata());
        let watch = convert::event::watch(&self.limits, &caller, request.into_inner())?;
        Ok(Response::new(self.events.watch(&caller, watch)?))
    }

    async fn send_dtmf(
        &self,
        request: Request<proto::SendDtmfRequest>,
    ) -> Result<Response<proto::SendDtmfResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, (digits, duration)) = command::send_dtmf(&self.limits, request.get_ref())?;
        self.update(&caller, &id, Update::Dtmf { digits, duration })
            .await?;
        Ok(Response::new(proto::SendDtmfResponse {}))
    }

    async fn send_info(
        &self,
        request: Request<proto::SendInfoRequest>,
    ) -> Result<Response<proto::SendInfoResponse>, Status> {
        let caller = caller(request.metadata());
        let (id, info) = command::send_info(&self.limits, request.into_inner())?;
        self.sessions.command(&caller, &id, info).await?;
        Ok(Response::new(proto::SendInfoResponse {}))
    }

    async fn get_stats(
        &self,
        request: Request<proto::GetStatsRequest>,
    ) -> Result<Response<proto::GetStatsResponse>, Status> {
        let caller = caller(request.metadata());
        let id = command::session_id(&self.limits, &request.get_ref().session_id)?;
        let media = match self.update(&caller, &id, Update::Stats).await? {
            Outcome::Stats(media) => media.into_iter().map(Into::into).collect(),
            _ => Vec::new(),
        };
        Ok(Response::new(proto::GetStatsResponse { media }))
    }
}
