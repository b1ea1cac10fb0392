//! Media servers behind two traits: the page that every driver author reads.
//!
//! A [`Backend`] is one configured media server, a [`Leg`] is one client's place on it. Both are
//! small: what only some servers can do is a variant of [`Update`] and a row of the
//! [`Capabilities`], never a method of its own.

pub mod embedded;
mod folders;
pub mod freeswitch;
pub mod guard;
pub mod janus;
pub mod kurento;
pub mod link;
mod recordings;
pub mod registry;
mod spans;
mod steered;
mod topology;
mod voice;
mod waiting;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};

use crate::{
    error::Result,
    id::{BackendName, RoomId, SessionId},
    media::{
        Capabilities, Description, JsonMap, LegEvent, MediaUpdate, Outcome, RemoteCandidate, Role,
        RoomKind, RoomOptions, SdpType, SessionType, Update,
    },
};

pub use registry::Registry;

/// One media server, driven over its own control protocol.
#[async_trait]
pub trait Backend: fmt::Debug + Send + Sync + 'static {
    /// The configured name, unique in the service.
    fn name(&self) -> &BackendName;

    /// The kind of server (`janus`).
    fn kind(&self) -> &'static str;

    /// What it can do. Constant while the process runs.
    fn capabilities(&self) -> &Capabilities;

    /// Whether it can be reached, now and whenever that changes.
    fn status(&self) -> watch::Receiver<Status>;

    /// Opens a leg.
    ///
    /// *Requires* a type, role and description that [`Backend::capabilities`] advertises, a room
    /// that exists where the type has one, and (for `bridge`, `listen`) an open leg of the other
    /// session on this backend.
    ///
    /// *Behaviour*
    /// - In role offeree the leg's description is the answer to `request.offer`; in role offerer it
    ///   is the offer. It may come later as [`LegEvent::Description`] (a proxy is answered when it
    ///   is bridged).
    /// - The media update of the request holds before the first packet of the client is passed on.
    /// - On error nothing is left on the server.
    /// - Option keys that the driver does not know are refused with `INVALID_FIELD`.
    ///
    /// *Cancel safety*: a future that is dropped leaves nothing on the server.
    async fn open(&self, request: Open, events: LegEvents) -> Result<Opened>;

    /// Takes control again of a leg that [`Leg::resume_state`] described, after the process that
    /// opened it has gone.
    ///
    /// *Behaviour*: the media of the leg is never interrupted; `BACKEND_LOST` if the server no
    /// longer has it.
    ///
    /// *Cancel safety*: a future that is dropped leaves the leg on the server as it was.
    async fn resume(&self, state: ResumeState, events: LegEvents) -> Result<Arc<dyn Leg>>;

    /// Makes or destroys a room.
    ///
    /// *Behaviour*: destroying a room that is not there succeeds.
    ///
    /// *Cancel safety*: as [`Backend::open`].
    async fn room(&self, request: RoomRequest) -> Result<()>;
}

/// One client's place on a media server.
///
/// The session calls one method at a time, `close` excepted, which may come while another call
/// has just been dropped.
#[async_trait]
pub trait Leg: fmt::Debug + Send + Sync + 'static {
    /// Gives the client's answer to the leg's offer.
    ///
    /// *Requires* role offerer; called once.
    ///
    /// *Cancel safety*: the leg must be closed afterwards.
    async fn accept(&self, answer: Description) -> Result<()>;

    /// Gives the client's candidates, in order.
    ///
    /// *Requires* `remote_trickle`.
    ///
    /// *Behaviour*: may come before the far side of a proxy or bridge is there; they are kept.
    ///
    /// *Cancel safety*: some of them may have been given.
    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()>;

    /// Does what the capabilities advertise.
    ///
    /// *Behaviour*: on error the leg is as it was before.
    ///
    /// *Cancel safety*: the change may or may not have happened; the leg stays usable.
    async fn update(&self, update: Update) -> Result<Outcome>;

    /// All that another process needs to take control again.
    fn resume_state(&self) -> ResumeState;

    /// Releases the leg on the server. Idempotent; never fails: what the server does not confirm is
    /// released when it can be reached again.
    ///
    /// *Behaviour*: emits nothing after it has begun.
    async fn close(&self);
}

/// What a leg is opened for.
#[derive(Clone, Debug)]
pub struct Open {
    /// The session; also tags the leg on the server, so that it can be found again.
    pub session_id: SessionId,
    /// The type, with its room resolved.
    pub kind: SessionType,
    /// The backend's side of offer/answer.
    pub role: Role,
    /// The client's offer, in role offeree.
    pub offer: Option<Description>,
    /// The kind of description that the backend must make.
    pub sdp_type: SdpType,
    /// What holds from the first packet on.
    pub media: MediaUpdate,
    /// The driver's own options.
    pub options: JsonMap,
}

/// An open leg.
#[derive(Debug)]
pub struct Opened {
    /// The leg.
    pub leg: Arc<dyn Leg>,
    /// Its offer or answer, if there is one already.
    pub description: Option<Description>,
}

/// What a driver needs to find a leg again, in the driver's own words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResumeState(pub JsonMap);

/// Whether a media server can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It answers.
    Up {
        /// Its version, in its own words.
        version: String,
        /// What it carries, beside the sessions that the service counts itself.
        load: Load,
    },
    /// It does not.
    Down {
        /// Why, in words.
        message: String,
    },
}

/// What a media server carries, as far as it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// What it receives and sends, in kbit/s.
    pub bitrate_kbps: Option<u32>,
    /// Processor time of its media, in percent of one processor.
    pub cpu_percent: Option<u32>,
    /// It takes no more sessions, by a limit of its own.
    pub full: bool,
}

impl Status {
    /// Whether it answers.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }
}

/// Something asked of a media server about one of its rooms.
#[derive(Clone, Debug)]
pub enum RoomRequest {
    /// Make it.
    Create {
        /// The room.
        room_id: RoomId,
        /// How it joins its members.
        kind: RoomKind,
        /// How it should be.
        options: RoomOptions,
    },
    /// Destroy it, with all that is in it.
    Destroy {
        /// The room.
        room_id: RoomId,
        /// How it joined its members.
        kind: RoomKind,
    },
}

/// Where a leg tells what happens to it: a bounded queue that never blocks its driver.
#[derive(Clone, Debug)]
pub struct LegEvents(mpsc::Sender<LegEvent>);

impl LegEvents {
    /// A queue of `limit` events and its reading end.
    #[must_use]
    pub fn new(limit: usize) -> (Self, mpsc::Receiver<LegEvent>) {
        let (sender, receiver) = mpsc::channel(limit);
        (Self(sender), receiver)
    }

    /// Tells `event`.
    ///
    /// When the queue is full a notice is dropped; what a session cannot do without (its
    /// description, its end) waits for room beside the caller.
    pub fn emit(&self, event: LegEvent) {
        let Err(mpsc::error::TrySendError::Full(event)) = self.0.try_send(event) else {
            return;
        };
        if matches!(event, LegEvent::Description(_) | LegEvent::Closed { .. }) {
            let sender = self.0.clone();
            tokio::spawn(async move {
                // The reading end goes with the session: then nobody needs the event.
                let _ = sender.send(event).await;
            });
        } else {
            tracing::warn!(
                ?event,
                "dropped a notice of a leg: the session's queue is full"
            );
        }
    }
}
