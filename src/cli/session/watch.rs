//! `session watch`.

use clap::{ArgGroup, Args};
use tonic::Request;

use super::{
    super::{
        client::Client,
        console::Console,
        error::Error,
        json,
        value::{label, one_of, word},
    },
    show,
};
use crate::proto::{
    Event, EventType, MediaKind, MemberRole, Room, RoomKind, RoomMember, SessionKind,
    SessionStatus, Snapshot, WatchEventsRequest, WatchEventsResponse,
    event::{Kind, Subject},
    gap, snapshot,
    watch_events_request::{All, RoomIds, Scope, SessionIds},
    watch_events_response::Item,
};

const HELP: &str = "\
By default all history that the service keeps is replayed first, so nothing is missed. Each line has the time, the \
session or room, the event's number in it, its type and what belongs to it; with --output json each line is a JSON \
object. A line `gap` says that events are missing, and a line `snapshot` how things stand.

Examples:
  # one session, from its beginning to its end
  mediaplane session watch ID
  # the same again after a break, from where it was
  mediaplane session watch ID --after-sequence 17
  # everything that happens from now on, for a program
  mediaplane session watch --all --from-now --output json";

/// The arguments of `session watch`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
#[command(group = ArgGroup::new("scope").required(true).args(["session_ids", "rooms", "subscriber", "all"]))]
pub struct Watch {
    /// The sessions' ids; the stream ends when all of them have ended
    #[arg(value_name = "SESSION_ID")]
    session_ids: Vec<String>,
    /// A room, and the sessions in it; may be given again
    #[arg(long = "room", value_name = "ROOM_ID")]
    rooms: Vec<String>,
    /// The sessions created with this --subscriber [default name: your own]
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    subscriber: Option<String>,
    /// Everything
    #[arg(long)]
    all: bool,
    /// Only events of this type; may be given again
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of::<EventType>())]
    types: Vec<EventType>,
    /// Only sessions and rooms with this label; may be given again
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
    /// Only events with a greater number than this
    #[arg(long, value_name = "N", default_value_t = 0)]
    after_sequence: u64,
    /// First show how everything stands
    #[arg(long)]
    snapshot: bool,
    /// No history, only what happens from now on
    #[arg(long, conflicts_with = "after_sequence")]
    from_now: bool,
}

impl Watch {
    /// Prints events until the stream ends or the user has enough.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let mut service = client.sessions();
        let follow = async {
            let request = Request::new(self.request());
            let mut events = service.watch_events(request).await?.into_inner();
            while let Some(item) = events.message().await? {
                console.show_line(&item, line)?;
            }
            Ok(())
        };
        tokio::select! {
            end = follow => end,
            interrupt = tokio::signal::ctrl_c() => Ok(interrupt?),
        }
    }

    fn request(self) -> WatchEventsRequest {
        let scope = if self.all {
            Scope::All(All {})
        } else if let Some(subscriber) = self.subscriber {
            Scope::Subscriber(subscriber)
        } else if self.rooms.is_empty() {
            Scope::SessionIds(SessionIds {
                ids: self.session_ids,
            })
        } else {
            Scope::RoomIds(RoomIds { ids: self.rooms })
        };
        WatchEventsRequest {
            scope: Some(scope),
            types: self.types.into_iter().map(i32::from).collect(),
            labels: self.labels.into_iter().collect(),
            after_sequence: self.after_sequence,
            snapshot: self.snapshot,
            from_now: self.from_now,
        }
    }
}

fn line(item: &WatchEventsResponse) -> String {
    match &item.item {
        Some(Item::Event(event)) => event_line(event),
        Some(Item::Gap(gap)) => {
            let id = match &gap.subject {
                Some(gap::Subject::SessionId(id) | gap::Subject::RoomId(id)) => id,
                None => "-",
            };
            format!(
                "- {id} - gap {} to {} are missing",
                gap.first_missed, gap.last_missed
            )
        }
        Some(Item::Snapshot(snapshot)) => snapshot_line(snapshot),
        None => json::compact(item),
    }
}

fn snapshot_line(snapshot: &Snapshot) -> String {
    let (id, state) = match &snapshot.state {
        Some(snapshot::State::Session(session)) => (
            session.session_id.as_str(),
            format!(
                "{} {}",
                word::<SessionKind>(session.r#type),
                word::<SessionStatus>(session.status)
            ),
        ),
        Some(snapshot::State::Room(room)) => (room.room_id.as_str(), show_room(room)),
        None => ("-", String::new()),
    };
    format!("- {id} #{} snapshot {state}", snapshot.sequence)
}

fn event_line(event: &Event) -> String {
    let id = match &event.subject {
        Some(Subject::SessionId(id) | Subject::RoomId(id)) => id,
        None => "-",
    };
    let time = event
        .time
        .map_or_else(|| "-".to_owned(), |time| time.to_string());
    let (name, details) = event.kind.as_ref().map(details).unwrap_or_default();
    format!("{time} {id} #{} {name} {details}", event.sequence)
        .trim_end()
        .to_owned()
}

/// The event's type and what belongs to it.
fn details(kind: &Kind) -> (&'static str, String) {
    match kind {
        Kind::Created(created) => (
            "created",
            created
                .session
                .as_ref()
                .map(|session| word::<SessionKind>(session.r#type))
                .unwrap_or_default(),
        ),
        Kind::Offer(offer) => ("offer", show::description(Some(offer))),
        Kind::Answer(answer) => ("answer", show::description(Some(answer))),
        Kind::Type(now) => {
            let ext = show::type_ext(now.type_ext.as_ref());
            ("type", format!("{} {ext}", word::<SessionKind>(now.r#type)))
        }
        Kind::Candidate(candidate) => ("candidate", candidate.candidate.clone()),
        Kind::CandidateEnd(_) => ("candidate_end", String::new()),
        Kind::Status(status) => ("status", named(&status.class, status.body.as_ref())),
        Kind::Info(info) => ("info", named(&info.info, info.body.as_ref())),
        Kind::MediaFlow(flow) => {
            let state = if flow.flowing { "starts" } else { "stops" };
            (
                "media_flow",
                format!("{} {} {state}", word::<MediaKind>(flow.kind), flow.mid),
            )
        }
        Kind::Recorder(recording) => ("recorder", show::recording_state(recording)),
        Kind::Player(player) => ("player", show::player_line(player)),
        Kind::Dtmf(dtmf) => ("dtmf", dtmf.digits.clone()),
        Kind::BackendLost(lost) => ("backend_lost", lost.message.clone()),
        Kind::Destroyed(end) => (
            "destroyed",
            format!("{} ({}) {}", end.reason, end.code, end.message),
        ),
        Kind::RoomCreated(room) => ("room_created", show_room(room)),
        Kind::MemberStarted(who) => ("member_started", member(who)),
        Kind::MemberStopped(who) => ("member_stopped", member(who)),
        Kind::RoomUpdated(room) => ("room_updated", show_room(room)),
        Kind::RoomDestroyed(end) => ("room_destroyed", end.message.clone()),
    }
}

fn show_room(room: &Room) -> String {
    let kind = word::<RoomKind>(room.kind);
    format!("{kind} {} members", room.members.len())
}

fn named(name: &str, body: Option<&prost_types::Struct>) -> String {
    match body {
        Some(body) => format!("{name} {}", json::object(body)),
        None => name.to_owned(),
    }
}

fn member(member: &RoomMember) -> String {
    format!("{} {}", word::<MemberRole>(member.role), member.session_id)
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;
    use crate::proto::{Gap, event::Destroyed};

    #[test]
    fn each_item_is_one_line() {
        let event = Event {
            sequence: 3,
            time: Some(Timestamp {
                seconds: 1,
                nanos: 0,
            }),
            subject: Some(Subject::SessionId("s1".into())),
            event_body: None,
            kind: Some(Kind::Destroyed(Destroyed {
                code: 100_011,
                reason: "USER_STOP".into(),
                message: "bye".into(),
            })),
        };
        let item = |item| WatchEventsResponse { item: Some(item) };
        assert_eq!(
            line(&item(Item::Event(event))),
            "1970-01-01T00:00:01Z s1 #3 destroyed USER_STOP (100011) bye"
        );
        let gap = Gap {
            subject: Some(gap::Subject::RoomId("r1".into())),
            first_missed: 4,
            last_missed: 9,
        };
        assert_eq!(line(&item(Item::Gap(gap))), "- r1 - gap 4 to 9 are missing");
        let snapshot = Snapshot {
            sequence: 9,
            state: Some(snapshot::State::Room(Box::new(Room {
                room_id: "r1".into(),
                kind: RoomKind::Sfu.into(),
                ..Room::default()
            }))),
        };
        assert_eq!(
            line(&item(Item::Snapshot(snapshot))),
            "- r1 #9 snapshot sfu 0 members"
        );
    }
}
