//! What watchers ask for and get.

use super::{
    Fields, Limits,
    json::object,
    kinds::Known,
    session::{backend_ref, begun},
    session_type, time,
};
use crate::{
    backend,
    error::{Reason, Result},
    event::{Event, Kind, Scope, Subject, WatchRequest},
    id::RoomId,
    proto::{self, event as wire, gap, watch_events_request as request_wire},
    room,
    session::Caller,
};

/// Which events are asked for.
pub(crate) fn watch(
    limits: &Limits,
    caller: &Caller,
    request: proto::WatchEventsRequest,
) -> Result<WatchRequest> {
    let mut fields = Fields::new(limits);
    let scope = fields.required("scope", request.scope);
    let scope = scope.and_then(|scope| fields.scope(caller, &scope));
    if request.from_now && request.after_sequence != 0 {
        fields.invalid("after_sequence", "must be 0 where from_now is set");
    }
    let types = fields.kinds("types", &request.types).into_iter().collect();
    let labels = fields.labels(request.labels);
    fields.finish(scope.map(|scope| WatchRequest {
        scope,
        types,
        labels,
        after_sequence: request.after_sequence,
        snapshot: request.snapshot,
        from_now: request.from_now,
    }))
}

impl Fields<'_> {
    fn scope(&mut self, caller: &Caller, scope: &request_wire::Scope) -> Option<Scope> {
        match scope {
            request_wire::Scope::SessionIds(list) => {
                let ids = self.within("session_ids", |fields| fields.ids(&list.ids));
                Some(Scope::Sessions(ids))
            }
            request_wire::Scope::RoomIds(list) => {
                let ids = self.within("room_ids", |fields| fields.ids(&list.ids));
                Some(Scope::Rooms(ids))
            }
            request_wire::Scope::Subscriber(name) => {
                self.subscriber(caller, name).map(Scope::Subscriber)
            }
            request_wire::Scope::All(_) => Some(Scope::All),
        }
    }
}

/// Tells events, with what they only name looked up.
#[derive(Clone, Debug)]
pub(crate) struct Teller {
    pub(crate) rooms: room::Registry,
    pub(crate) backends: backend::Registry,
}

impl Teller {
    /// An event as the API writes it.
    pub(crate) fn event(&self, event: &Event) -> proto::Event {
        let subject = match &event.subject {
            Subject::Session(id) => wire::Subject::SessionId(id.to_string()),
            Subject::Room(id) => wire::Subject::RoomId(id.to_string()),
        };
        proto::Event {
            sequence: event.sequence,
            time: Some(event.time.into()),
            subject: Some(subject),
            event_body: event.body.as_deref().map(object),
            kind: Some(self.kind(event)),
        }
    }

    fn kind(&self, event: &Event) -> wire::Kind {
        match &event.kind {
            Kind::Created(created) => wire::Kind::Created(Box::new(wire::Created {
                session: Some(begun(event, created)),
            })),
            Kind::Offer(offer) => wire::Kind::Offer(offer.into()),
            Kind::Answer(answer) => wire::Kind::Answer(answer.into()),
            Kind::Type(session_type) => {
                let (kind, ext) = session_type::parts(session_type);
                wire::Kind::Type(wire::TypeChanged {
                    r#type: kind,
                    type_ext: Some(ext),
                })
            }
            Kind::Candidate(candidate) => wire::Kind::Candidate(candidate.into()),
            Kind::CandidateEnd => wire::Kind::CandidateEnd(wire::CandidateEnd {}),
            Kind::Status(notice) => wire::Kind::Status(wire::Status {
                class: notice.class.to_owned(),
                body: Some(object(&notice.body)),
            }),
            Kind::Info(info) => wire::Kind::Info(wire::Info {
                info: info.name.clone(),
                body: Some(object(&info.body)),
            }),
            Kind::MediaFlow {
                kind,
                mid,
                receiving,
            } => wire::Kind::MediaFlow(wire::MediaFlow {
                kind: kind.number(),
                mid: mid.as_deref().unwrap_or_default().to_owned(),
                flowing: *receiving,
            }),
            Kind::Recorder(recording) => wire::Kind::Recorder(recording.as_ref().into()),
            Kind::Player(player) => wire::Kind::Player(player.as_ref().into()),
            Kind::Dtmf { digit, duration } => wire::Kind::Dtmf(wire::Dtmf {
                digits: digit.to_string(),
                duration: duration.map(time::duration),
            }),
            Kind::BackendLost { backend, message } => {
                let kind = self.backends.get(backend).map_or("", |known| known.kind());
                wire::Kind::BackendLost(wire::BackendLost {
                    backend: Some(backend_ref(&(backend.clone(), kind))),
                    message: message.as_ref().to_owned(),
                })
            }
            Kind::Destroyed { reason, message } => destroyed(*reason, message),
            Kind::RoomCreated => wire::Kind::RoomCreated(Box::new(self.room(&event.subject))),
            Kind::RoomUpdated => wire::Kind::RoomUpdated(Box::new(self.room(&event.subject))),
            Kind::MemberStarted(member) => wire::Kind::MemberStarted(member.as_ref().into()),
            Kind::MemberStopped(member) => wire::Kind::MemberStopped(member.as_ref().into()),
            Kind::RoomDestroyed { reason, message } => {
                wire::Kind::RoomDestroyed(wire::RoomDestroyed {
                    reason: reason.as_str().to_owned(),
                    message: message.as_ref().to_owned(),
                })
            }
        }
    }

    /// The room as it stands; only its id once it is gone.
    fn room(&self, subject: &Subject) -> proto::Room {
        let room_id = subject.to_string();
        let known = room_id.parse::<RoomId>().ok();
        match known.and_then(|id| self.rooms.get(&id).ok()) {
            Some(room) => room.into(),
            None => proto::Room {
                room_id,
                ..proto::Room::default()
            },
        }
    }
}

fn destroyed(reason: Reason, message: &str) -> wire::Kind {
    wire::Kind::Destroyed(wire::Destroyed {
        code: reason.destroyed_code(),
        reason: reason.as_str().to_owned(),
        message: message.to_owned(),
    })
}

/// Events that a watcher will not get.
pub(crate) fn gap(subject: &Subject, first_missed: u64, last_missed: u64) -> proto::Gap {
    let subject = match subject {
        Subject::Session(id) => gap::Subject::SessionId(id.to_string()),
        Subject::Room(id) => gap::Subject::RoomId(id.to_string()),
    };
    proto::Gap {
        subject: Some(subject),
        first_missed,
        last_missed,
    }
}
