//! A media server that does at once whatever it is asked, and remembers what it holds.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use mediaplane::{
    Reason, Result,
    app::Drivers,
    backend::{
        Backend, Leg, LegEvents, Open, Opened, ResumeState, RoomRequest, Status,
        registry::Configured,
    },
    error::Error,
    id::{BackendName, RoomId},
    media::{
        Capabilities, Description, MediaKind, MediaStats, Outcome, PlayerAction, PlayerState,
        PlayerStatus, RecordedFile, RecorderAction, Recording, RecordingState, RemoteCandidate,
        Role, RoomAction, RoomOutcome, Sdp, SdpType, TypeCapability, TypeKind, Update,
        action::{PlayerVerb, RecorderVerb, RoomVerb},
    },
};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::service::description;

#[derive(Debug)]
pub(crate) struct Scripted {
    name: BackendName,
    capabilities: Capabilities,
    status: watch::Sender<Status>,
    held: Arc<Held>,
}

/// What is on the server.
#[derive(Debug, Default)]
pub(crate) struct Held {
    legs: AtomicUsize,
    rooms: Mutex<HashSet<RoomId>>,
}

impl Held {
    pub(crate) fn legs(&self) -> usize {
        self.legs.load(Ordering::SeqCst)
    }

    pub(crate) fn rooms(&self) -> usize {
        self.rooms.lock().len()
    }
}

/// A driver for it, and a look at what it holds.
pub(crate) fn drivers() -> (Drivers, Arc<Held>) {
    let held = Arc::new(Held::default());
    let backend = Scripted {
        name: "scripted-1".parse().expect("valid"),
        capabilities: capabilities(),
        status: watch::Sender::new(Status::Up {
            version: "1.2.3".to_owned(),
            load: mediaplane::backend::Load::default(),
        }),
        held: held.clone(),
    };
    let configured = Configured {
        backend: Arc::new(backend),
        priority: 0,
        max_sessions: 0,
    };
    (Drivers::new(vec![configured]), held)
}

fn capabilities() -> Capabilities {
    let of = |kind: &TypeKind| {
        let roles = &[Role::Offerer, Role::Offeree];
        let mut row = TypeCapability::new(*kind, roles, &[SdpType::Webrtc]);
        row.remote_trickle = true;
        row.media.mute_audio = true;
        row.media.bitrate = true;
        row.recorder = RecorderVerb::ALL;
        row.player = PlayerVerb::ALL;
        row.room = &[RoomVerb::KickMember, RoomVerb::Record];
        row.set_type = &[TypeKind::Park, TypeKind::Listen];
        row.dtmf = true;
        row.stats = true;
        row
    };
    let types = TypeKind::ALL.iter().filter(|kind| **kind != TypeKind::P2p);
    Capabilities {
        types: types.map(of).collect(),
    }
}

#[async_trait]
impl Backend for Scripted {
    fn name(&self) -> &BackendName {
        &self.name
    }

    fn kind(&self) -> &'static str {
        "scripted"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    async fn open(&self, _: Open, _: LegEvents) -> Result<Opened> {
        self.held.legs.fetch_add(1, Ordering::SeqCst);
        let sdp = Sdp::parse(&description("server").sdp).expect("valid");
        Ok(Opened {
            leg: Arc::new(Place(self.held.clone())),
            description: Some(Description::webrtc(sdp)),
        })
    }

    async fn resume(&self, _: ResumeState, _: LegEvents) -> Result<Arc<dyn Leg>> {
        Err(Error::new(Reason::BackendLost, "it remembers no legs"))
    }

    async fn room(&self, request: RoomRequest) -> Result<()> {
        let mut rooms = self.held.rooms.lock();
        match request {
            RoomRequest::Create { room_id, .. } => rooms.insert(room_id),
            RoomRequest::Destroy { room_id, .. } => rooms.remove(&room_id),
        };
        Ok(())
    }
}

#[derive(Debug)]
struct Place(Arc<Held>);

#[async_trait]
impl Leg for Place {
    async fn accept(&self, _: Description) -> Result<()> {
        Ok(())
    }

    async fn add_candidates(&self, _: Vec<RemoteCandidate>) -> Result<()> {
        Ok(())
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        Ok(match update {
            Update::Media(_) | Update::Type(_) | Update::Dtmf { .. } => Outcome::Done,
            Update::Recorder(action) => Outcome::Recorder(recording(&action)),
            Update::Player(action) => Outcome::Player(player(action)),
            Update::Room(RoomAction::Record { .. }) => {
                let recording = recording(&RecorderAction::Stop);
                Outcome::Room(RoomOutcome::Recording(recording))
            }
            Update::Room(_) => Outcome::Room(RoomOutcome::Done),
            Update::Stats => Outcome::Stats(vec![MediaStats {
                kind: Some(MediaKind::Audio),
                inbound: true,
                packets: Some(50),
                jitter: Some(Duration::from_millis(3)),
                ..MediaStats::default()
            }]),
        })
    }

    fn resume_state(&self) -> ResumeState {
        ResumeState::default()
    }

    async fn close(&self) {
        self.0.legs.fetch_sub(1, Ordering::SeqCst);
    }
}

fn recording(action: &RecorderAction) -> Recording {
    let state = match action {
        RecorderAction::Start { .. } | RecorderAction::Resume => RecordingState::Recording,
        RecorderAction::Pause => RecordingState::Paused,
        RecorderAction::Stop => RecordingState::Stopped,
    };
    Recording {
        state,
        files: vec![RecordedFile {
            uri: "/rec/a.webm".to_owned(),
            format: "webm".to_owned(),
            kind: None,
            bytes: Some(1234),
            duration: Some(Duration::from_secs(2)),
            sha256: None,
        }],
        error: None,
    }
}

fn player(action: PlayerAction) -> PlayerState {
    let (status, uri) = match action {
        PlayerAction::Start { uri, .. } => (PlayerStatus::Playing, Some(uri)),
        PlayerAction::Stop => (PlayerStatus::Stopped, None),
        PlayerAction::Pause => (PlayerStatus::Paused, None),
        _ => (PlayerStatus::Playing, None),
    };
    PlayerState {
        status,
        uri,
        position: Some(Duration::from_millis(1500)),
        duration: None,
        error: None,
    }
}
