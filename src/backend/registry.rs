//! The configured media servers, and which of them takes a new session.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use std::time::Duration;

use super::{Backend, Status};
use crate::{
    error::{Error, Reason, Result},
    id::BackendName,
    media::{MediaUpdate, Role, RoomKind, SdpType, TypeKind},
    telemetry::Metrics,
};

/// One configured media server.
#[derive(Debug)]
pub struct Configured {
    /// The driver.
    pub backend: Arc<dyn Backend>,
    /// The lowest is asked first.
    pub priority: i32,
    /// Sessions at a time; 0 = no limit.
    pub max_sessions: usize,
}

/// All configured media servers. Clones are handles to the same ones.
#[derive(Clone, Debug, Default)]
pub struct Registry(Arc<[Arc<Entry>]>);

#[derive(Debug)]
struct Entry {
    configured: Configured,
    draining: AtomicBool,
    sessions: AtomicUsize,
    metrics: Metrics,
}

/// What a new session needs.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its type.
    pub kind: TypeKind,
    /// The backend's side of offer/answer.
    pub role: Role,
    /// The kind of description spoken with the client.
    pub sdp_type: SdpType,
    /// Media updates that hold from the start.
    pub media: MediaUpdate,
    /// A backend's name or kind that the creator insists on.
    pub selector: Option<&'a str>,
    /// The backend that it is tied to by a room or another session.
    pub tied: Option<&'a BackendName>,
}

/// One session's place on a media server; given back when dropped.
#[derive(Debug)]
pub struct Place(Arc<Entry>);

/// A media server as others see it.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The driver.
    pub backend: Arc<dyn Backend>,
    /// Whether it can be reached.
    pub status: Status,
    /// The lowest is asked first.
    pub priority: i32,
    /// It takes no new sessions.
    pub draining: bool,
    /// Sessions on it.
    pub sessions: usize,
    /// Sessions at a time; 0 = no limit.
    pub max_sessions: usize,
}

impl Entry {
    fn name(&self) -> &BackendName {
        self.configured.backend.name()
    }

    fn has_room(&self) -> bool {
        let max = self.configured.max_sessions;
        let is_full = match &*self.configured.backend.status().borrow() {
            Status::Up { load, .. } => load.full,
            Status::Down { .. } => false,
        };
        !is_full && (max == 0 || self.sessions.load(Ordering::Relaxed) < max)
    }

    fn takes_sessions(&self) -> bool {
        !self.draining.load(Ordering::Relaxed) && self.configured.backend.status().borrow().is_up()
    }

    fn is_selected(&self, selector: &str) -> bool {
        self.name().as_str() == selector || self.configured.backend.kind() == selector
    }

    fn can(&self, wanted: &Wanted<'_>) -> Result<(), Vec<&'static str>> {
        let capabilities = self.configured.backend.capabilities();
        match capabilities.find(wanted.kind, wanted.role, wanted.sdp_type) {
            None => Err(Vec::new()),
            Some(can) => match can.media.missing_at_open(&wanted.media) {
                missing if missing.is_empty() => Ok(()),
                missing => Err(missing),
            },
        }
    }

    fn listing(&self) -> Listing {
        Listing {
            backend: self.configured.backend.clone(),
            status: self.configured.backend.status().borrow().clone(),
            priority: self.configured.priority,
            draining: self.draining.load(Ordering::Relaxed),
            sessions: self.sessions.load(Ordering::Relaxed),
            max_sessions: self.configured.max_sessions,
        }
    }

    fn enter(self: &Arc<Self>) -> Place {
        let sessions = self.sessions.fetch_add(1, Ordering::Relaxed) + 1;
        self.metrics
            .backend_sessions(self.name().to_arc(), sessions);
        Place(self.clone())
    }
}

impl Place {
    /// The media server.
    #[must_use]
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.0.configured.backend
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let sessions = self.0.sessions.fetch_sub(1, Ordering::Relaxed) - 1;
        self.0
            .metrics
            .backend_sessions(self.0.name().to_arc(), sessions);
    }
}

/// The kind that a historic name stands for.
fn modern(selector: &str) -> &str {
    match selector {
        "nkmedia_janus" => "janus",
        "nkmedia_fs" => "freeswitch",
        "nkmedia_kms" => "kurento",
        other => other,
    }
}

impl Registry {
    /// These media servers.
    #[must_use]
    pub fn new(configured: Vec<Configured>, metrics: &Metrics) -> Self {
        let entry = |configured: Configured| {
            metrics.backend_known(configured.backend.name().to_arc());
            let (draining, sessions) = Default::default();
            Arc::new(Entry {
                configured,
                draining,
                sessions,
                metrics: metrics.clone(),
            })
        };
        Self(configured.into_iter().map(entry).collect())
    }

    /// The media server of this name.
    #[must_use]
    pub fn get(&self, name: &BackendName) -> Option<Arc<dyn Backend>> {
        self.entry(name.as_str())
            .map(|entry| entry.configured.backend.clone())
    }

    fn entry(&self, name: &str) -> Option<&Arc<Entry>> {
        self.0.iter().find(|entry| entry.name().as_str() == name)
    }

    /// All media servers, in the order of the configuration.
    pub fn list(&self) -> impl Iterator<Item = Listing> {
        self.0.iter().map(|entry| entry.listing())
    }

    /// Lets a media server take no (or again take) new sessions.
    ///
    /// # Errors
    /// `UNKNOWN_BACKEND`.
    pub fn drain(&self, name: &str, draining: bool) -> Result<Listing> {
        let entry = self.entry(name).ok_or_else(|| self.unknown("name", name))?;
        entry.draining.store(draining, Ordering::Relaxed);
        tracing::info!(
            backend = name,
            draining,
            "a backend was told whether to take new sessions"
        );
        Ok(entry.listing())
    }

    fn unknown(&self, field: &str, selector: &str) -> Error {
        let known: Vec<&str> = self.0.iter().map(|entry| entry.name().as_str()).collect();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        let message =
            format!("no backend has the name or kind `{selector}`; configured are: {known}");
        Error::field(Reason::UnknownBackend, field, message)
    }

    /// A place for a new session: the healthy, not draining server that can do what is wanted,
    /// first by priority, then by load.
    ///
    /// # Errors
    /// `UNKNOWN_BACKEND`, `DIFFERENT_MEDIASERVER`, `NOT_SUPPORTED` (naming what is missing),
    /// `NO_MEDIASERVER`, `LIMIT_REACHED`.
    pub fn place(&self, wanted: &Wanted<'_>) -> Result<Place> {
        let selected = self.selected(wanted)?;
        let able = Self::able(&selected, wanted)?;
        // A session that is tied to others goes where they are: a drain does not part them.
        let mut up: Vec<_> = able
            .into_iter()
            .filter(|entry| {
                let status = entry.configured.backend.status();
                entry.takes_sessions() || (wanted.tied.is_some() && status.borrow().is_up())
            })
            .collect();
        if up.is_empty() {
            let message = "every backend that could do this is down or draining: try again later, \
                           ListBackends tells their state";
            let error = Error::new(Reason::NoMediaserver, message);
            return Err(error.retry_after(Duration::from_secs(2)));
        }
        up.sort_by_key(|entry| {
            (
                entry.configured.priority,
                entry.sessions.load(Ordering::Relaxed),
            )
        });
        match up.iter().find(|entry| entry.has_room()) {
            Some(entry) => Ok(entry.enter()),
            None => {
                let message = "every backend that could do this has as many sessions as its \
                               max_sessions, or its server, allows";
                let error = Error::new(Reason::LimitReached, message);
                Err(error.retry_after(Duration::from_secs(2)))
            }
        }
    }

    fn selected(&self, wanted: &Wanted<'_>) -> Result<Vec<&Arc<Entry>>> {
        let selector = wanted.selector.map(modern);
        let chosen: Vec<_> = self
            .0
            .iter()
            .filter(|entry| selector.is_none_or(|selector| entry.is_selected(selector)))
            .collect();
        if let Some(selector) = wanted.selector
            && chosen.is_empty()
        {
            return Err(self.unknown("backend", selector));
        }
        let Some(tied) = wanted.tied else {
            return Ok(chosen);
        };
        let there: Vec<_> = chosen
            .into_iter()
            .filter(|entry| entry.name() == tied)
            .collect();
        if there.is_empty() {
            let message = format!(
                "the session or room that this one refers to is on backend {tied}: \
                 leave `backend` out, or name that one"
            );
            return Err(
                Error::new(Reason::DifferentMediaserver, message).with("backend", tied.as_str())
            );
        }
        Ok(there)
    }

    fn able<'a>(selected: &[&'a Arc<Entry>], wanted: &Wanted<'_>) -> Result<Vec<&'a Arc<Entry>>> {
        let mut able = Vec::new();
        let mut missing: Vec<&'static str> = Vec::new();
        for entry in selected {
            match entry.can(wanted) {
                Ok(()) => able.push(*entry),
                Err(lacks) => missing.extend(lacks),
            }
        }
        if !able.is_empty() {
            return Ok(able);
        }
        let Wanted {
            kind,
            role,
            sdp_type,
            ..
        } = wanted;
        let what = if selected.is_empty() {
            return Err(Error::new(
                Reason::NoMediaserver,
                "no backend is configured: only p2p sessions can be created",
            ));
        } else if missing.is_empty() {
            format!("{kind} sessions as {role} with {sdp_type} descriptions")
        } else {
            format!("{} at the start of {kind} sessions", missing.join(", "))
        };
        let message = format!("no backend can do {what}: ListBackends tells what each one can do");
        Err(Error::new(Reason::NotSupported, message).with("type", kind.as_str()))
    }

    /// The media server for a new room.
    ///
    /// # Errors
    /// As [`Registry::place`].
    pub fn for_room(&self, kind: RoomKind, selector: Option<&str>) -> Result<Arc<dyn Backend>> {
        let (kind, role) = match kind {
            RoomKind::Sfu => (TypeKind::Publish, Role::Offeree),
            RoomKind::Mcu => (TypeKind::Mcu, Role::Offeree),
        };
        let wanted = Wanted {
            kind,
            role,
            sdp_type: SdpType::Webrtc,
            media: MediaUpdate::default(),
            selector,
            tied: None,
        };
        self.place(&wanted).map(|place| place.backend().clone())
    }

    /// Whether sessions that need a media server can be created now (or none is configured).
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(|entry| entry.takes_sessions())
    }
}
