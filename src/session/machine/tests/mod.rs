//! The machine by tables and properties, without a runtime.

mod negotiation;
mod properties;
mod ties;
mod trickle;
mod updates;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use tokio::sync::watch;

use super::*;
use crate::{
    backend::{self, Leg, LegEvents, Open, Opened, ResumeState, RoomRequest},
    event::Type,
    id::BackendName,
    media::{
        Candidate, Capabilities, Description, Outcome, Sdp, SdpType, TypeKind, Update, action,
    },
    session::command::Tiding,
};

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n";

/// A backend that only says what it can do: the machine asks it nothing else.
#[derive(Debug)]
struct Paper {
    name: BackendName,
    capabilities: Capabilities,
}

#[async_trait]
impl Backend for Paper {
    fn name(&self) -> &BackendName {
        &self.name
    }

    fn kind(&self) -> &'static str {
        "paper"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn status(&self) -> watch::Receiver<backend::Status> {
        watch::channel(backend::Status::Up {
            version: "1".into(),
            load: crate::backend::Load::default(),
        })
        .1
    }

    async fn open(&self, _: Open, _: LegEvents) -> Result<Opened> {
        Err(no_server())
    }

    async fn resume(&self, _: ResumeState, _: LegEvents) -> Result<Arc<dyn Leg>> {
        Err(no_server())
    }

    async fn room(&self, _: RoomRequest) -> Result<()> {
        Err(no_server())
    }
}

fn no_server() -> Error {
    Error::new(Reason::NoMediaserver, "this backend is only paper")
}

fn paper(trickle: bool) -> Arc<dyn Backend> {
    const BOTH: &[Role] = &[Role::Offerer, Role::Offeree];
    let row = |kind| {
        let mut row = TypeCapability::new(kind, BOTH, &[SdpType::Webrtc]);
        row.remote_trickle = trickle;
        row.local_trickle = trickle;
        row.media.mute_audio = true;
        row.recorder = action::RecorderVerb::ALL;
        row.set_type = &[TypeKind::Park, TypeKind::Listen];
        row
    };
    let kinds = [
        TypeKind::Echo,
        TypeKind::Park,
        TypeKind::Bridge,
        TypeKind::Publish,
        TypeKind::Listen,
    ];
    let capabilities = Capabilities {
        types: kinds.into_iter().map(row).collect(),
    };
    Arc::new(Paper {
        name: "paper-1".parse().expect("valid"),
        capabilities,
    })
}

fn id(text: &str) -> SessionId {
    text.parse().expect("valid")
}

fn description(trickle_ice: bool) -> Description {
    let sdp = Sdp::parse(SDP).expect("valid");
    Description {
        sdp,
        sdp_type: SdpType::Webrtc,
        trickle_ice,
    }
}

fn candidate(mid: &str, port: u16) -> RemoteCandidate {
    let line = format!("candidate:1 1 udp 1 192.0.2.1 {port} typ host");
    RemoteCandidate::One(Candidate::new(Some(mid), None, &line).expect("valid"))
}

fn create(session_type: SessionType, offer: Option<Description>) -> Create {
    Create {
        offer,
        ..Create::new(session_type)
    }
}

fn p2p(offer: Description) -> Create {
    create(SessionType::P2p { peer_id: None }, Some(offer))
}

/// A machine and all that came out of it.
#[derive(Debug)]
struct Rig {
    machine: Machine,
    now: Instant,
    events: Vec<Kind>,
    replies: BTreeMap<Ticket, Result<Reply>>,
    tickets: u64,
    cancelled: Vec<u64>,
    call: Option<(Call, Instant)>,
    told: Vec<(SessionId, Tiding)>,
    asked_watched: usize,
    dropped: usize,
    closed: usize,
}

impl Rig {
    /// A session that has begun.
    fn begin(create: Create, backend: Option<Arc<dyn Backend>>, ties: &[(&str, Tie)]) -> Self {
        let role = backend.as_ref().map(|_| {
            if create.offer.is_some() {
                Role::Offeree
            } else {
                Role::Offerer
            }
        });
        let now = Instant::now();
        let mut rig = Self {
            machine: Machine::new(Seed {
                id: id("me"),
                session_type: create.session_type.clone(),
                create: Arc::new(create),
                settings: Arc::new(Settings::default()),
                backend,
                role,
                ties: ties.iter().map(|(other, tie)| (id(other), *tie)).collect(),
                began: now,
                created_at: SystemTime::now(),
            }),
            now,
            events: Vec::new(),
            replies: BTreeMap::new(),
            tickets: 0,
            cancelled: Vec::new(),
            call: None,
            told: Vec::new(),
            asked_watched: 0,
            dropped: 0,
            closed: 0,
        };
        rig.feed(Input::Begin);
        rig
    }

    fn feed(&mut self, input: Input) {
        if let Input::Cancelled(Ticket(ticket)) = input {
            self.cancelled.push(ticket);
        }
        self.machine.handle(self.now, input);
        while let Some(output) = self.machine.poll() {
            match output {
                Output::Call(call, deadline) => {
                    let before = self.call.replace((call, deadline));
                    assert!(before.is_none(), "two calls in flight");
                }
                Output::Emit(kind) => self.events.push(kind),
                Output::Reply(ticket, reply) => {
                    let before = self.replies.insert(ticket, reply);
                    assert!(before.is_none(), "{ticket:?} was answered twice");
                }
                Output::Tell(other, tiding) => self.told.push((other, tiding)),
                Output::AskWatched => self.asked_watched += 1,
                Output::CandidateDropped => self.dropped += 1,
                Output::Close => {
                    self.closed += 1;
                    self.call = None;
                }
            }
        }
    }

    fn command(&mut self, command: Command) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.feed(Input::Command(ticket, None, command));
        ticket
    }

    /// Sends a command that is answered at once.
    fn ask(&mut self, command: Command) -> Result<Reply> {
        let ticket = self.command(command);
        self.replies[&ticket].clone()
    }

    /// Ends the call in flight.
    fn land(&mut self, result: Result<Finished>) -> Call {
        let (call, _) = self.call.take().expect("a call is in flight");
        self.feed(Input::Done(result));
        call
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.feed(Input::Tick);
    }

    fn cancelled(&self, ticket: u64) -> bool {
        self.cancelled.contains(&ticket)
    }

    fn types(&self) -> Vec<Type> {
        self.events.iter().map(Kind::event_type).collect()
    }

    fn reason(&self) -> Option<Reason> {
        self.machine.end().map(Error::reason)
    }

    fn refused(&mut self, command: Command) -> Reason {
        self.ask(command).expect_err("refused").reason()
    }
}
