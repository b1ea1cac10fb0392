//! All sessions: found by id, created once, told to end together.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Caller, Create, Created, Filter, Info, Page, Sessions, Settings, Side, Status,
    actor::Actor,
    command::{Command, Reply, Tie},
    handle::{Handle, not_found},
    machine::{Machine, Seed},
    placement::Placement,
};
use crate::{
    backend,
    error::{Error, Reason, Result},
    event::{Hub, Subject},
    id::SessionId,
    media::Update,
    room,
    telemetry::Metrics,
};

/// How often what has had its time is looked for: histories, ended sessions, empty rooms.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// What the registry works with.
#[derive(Debug)]
pub struct Parts {
    /// Limits and default times.
    pub settings: Settings,
    /// How long ended sessions are remembered.
    pub history_time: Duration,
    /// How many of them.
    pub history_sessions: usize,
    /// Where events go.
    pub hub: Hub,
    /// The media servers.
    pub backends: backend::Registry,
    /// The rooms.
    pub rooms: room::Registry,
    /// The figures.
    pub metrics: Metrics,
}

/// All sessions. Clones are handles to the same ones.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Parts,
    settings: Arc<Settings>,
    live: RwLock<BTreeMap<SessionId, Handle>>,
    ended: Mutex<Ended>,
    tasks: TaskTracker,
    closing: AtomicBool,
}

/// Sessions that have ended and are still remembered.
#[derive(Debug, Default)]
struct Ended {
    by_id: BTreeMap<SessionId, Handle>,
    order: VecDeque<(Instant, Handle)>,
}

impl Registry {
    /// No sessions yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let settings = Arc::new(parts.settings);
        let (live, ended, tasks, closing) = Default::default();
        Self(Arc::new(Inner {
            parts,
            settings,
            live,
            ended,
            tasks,
            closing,
        }))
    }

    /// Forgets what has had its time, until `shutdown`.
    pub async fn keep_house(self, shutdown: CancellationToken) {
        let mut tick = tokio::time::interval(HOUSEKEEPING);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            let now = Instant::now();
            self.0.parts.hub.expire(now);
            self.forget_ended(now);
            self.rooms().expire(now).await;
        }
    }

    /// Refuses new sessions from now on.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::Relaxed);
    }

    /// How many sessions live.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.live.read().len()
    }

    /// Waits, after [`Registry::close`], until every session has ended by itself.
    pub async fn drained(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Ends all sessions and waits until each has released its leg, or until `deadline`.
    ///
    /// Returns how many have not.
    pub async fn shutdown(&self, deadline: Instant) -> usize {
        self.close();
        let handles: Vec<Handle> = self.0.live.read().values().cloned().collect();
        let reason = Reason::ServerShutdown;
        let ends = handles.iter().map(|handle| {
            let message = "the service is stopping".to_owned();
            handle.command(Command::Destroy { reason, message }, Some(deadline))
        });
        let all = async {
            futures_util::future::join_all(ends).await;
            self.drained().await;
        };
        match timeout_at(deadline, all).await {
            Ok(()) => 0,
            Err(_) => self.0.tasks.len(),
        }
    }

    pub(super) fn rooms(&self) -> &room::Registry {
        &self.0.parts.rooms
    }

    pub(super) fn backends(&self) -> &backend::Registry {
        &self.0.parts.backends
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.parts.metrics
    }

    pub(super) fn find(&self, id: &SessionId) -> Result<Handle> {
        self.0
            .live
            .read()
            .get(id)
            .cloned()
            .ok_or_else(|| not_found(id))
    }

    pub(super) fn entered(&self, handle: &Handle, status: Status) {
        let (kind, backend) = handle.machine().labels();
        self.metrics().session_created(kind, backend.clone());
        self.metrics()
            .session_entered(kind, backend, status.as_str());
    }

    pub(super) fn moved(&self, handle: &Handle, from: Status, to: Status) {
        let (kind, backend) = handle.machine().labels();
        let metrics = self.metrics();
        metrics.session_left(kind, backend.clone(), from.as_str());
        if let Some(end) = handle.machine().end() {
            metrics.session_destroyed(end.reason().as_str());
            tracing::info!(
                session_id = %handle.id(),
                reason = end.reason().as_str(),
                cause = end.message(),
                "session ended"
            );
            return;
        }
        metrics.session_entered(kind, backend.clone(), to.as_str());
        let described = matches!(
            (from, to),
            (
                Status::Starting | Status::WaitOffer,
                Status::WaitAnswer | Status::Ready
            )
        );
        if described {
            let took = handle.machine().began().elapsed();
            metrics.session_answered(kind, backend, took);
        }
    }

    /// Moves a session from the living to the remembered.
    pub(super) fn ended(&self, handle: &Handle) {
        self.remove(handle);
        self.0.parts.hub.end(handle.log().clone());
        let now = Instant::now();
        let mut ended = self.0.ended.lock();
        ended.by_id.insert(handle.id().clone(), handle.clone());
        ended.order.push_back((now, handle.clone()));
        while ended.order.len() > self.0.parts.history_sessions {
            ended.forget_oldest();
        }
    }

    fn forget_ended(&self, now: Instant) {
        let mut ended = self.0.ended.lock();
        let time = self.0.parts.history_time;
        while ended
            .order
            .front()
            .is_some_and(|(at, _)| now.duration_since(*at) >= time)
        {
            ended.forget_oldest();
        }
    }

    fn remove(&self, handle: &Handle) {
        let mut live = self.0.live.write();
        if live
            .get(handle.id())
            .is_some_and(|current| current.is_same(handle))
        {
            live.remove(handle.id());
        }
    }

    fn admit(&self) -> Result<()> {
        if self.0.closing.load(Ordering::Relaxed) {
            let message = "the service is stopping: create the session on another instance";
            return Err(
                Error::new(Reason::ServerShutdown, message).retry_after(Duration::from_secs(1))
            );
        }
        Ok(())
    }

    /// The session of this id that the same request made before, if there is one.
    fn earlier(&self, create: &Create) -> Result<Option<Handle>> {
        let Some(id) = &create.session_id else {
            return Ok(None);
        };
        match self.find(id) {
            Err(_) => Ok(None),
            Ok(handle) if **handle.create() == *create => Ok(Some(handle)),
            Ok(_) => {
                let message = format!(
                    "session {id} exists and was made by a different request: choose another \
                     session_id, or leave it out"
                );
                let error = Error::new(Reason::SessionAlreadyExists, message);
                Err(error.with("session_id", id.as_str()))
            }
        }
    }

    fn insert(&self, handle: &Handle) -> Result<()> {
        let mut live = self.0.live.write();
        if live.len() >= self.0.settings.max_sessions {
            self.metrics().overloaded("sessions");
            let message = format!(
                "there are {} sessions, as many as session.max_sessions allows",
                self.0.settings.max_sessions
            );
            let error = Error::new(Reason::LimitReached, message);
            return Err(error.retry_after(Duration::from_secs(2)));
        }
        live.entry(handle.id().clone())
            .or_insert_with(|| handle.clone());
        Ok(())
    }

    /// Places a session and begins it.
    async fn begin(&self, create: Arc<Create>) -> Result<Handle> {
        let Placement {
            session_type,
            role,
            place,
            ties,
        } = self.placement(&create)?;
        let id = create.session_id.clone().unwrap_or_else(SessionId::random);
        let log = self.0.parts.hub.log_of(
            Subject::Session(id.clone()),
            create.subscriber.as_ref(),
            create.labels.clone(),
            create.event_body.clone(),
        );
        let machine = Machine::new(Seed {
            id: id.clone(),
            create: create.clone(),
            session_type: session_type.clone(),
            settings: self.0.settings.clone(),
            backend: place.as_ref().map(|place| place.backend().clone()),
            role,
            ties: ties
                .iter()
                .map(|(other, tie)| (other.id().clone(), *tie))
                .collect(),
            began: Instant::now(),
            created_at: SystemTime::now(),
        });
        let (sender, inbox) = mpsc::channel(self.0.settings.inbox);
        let handle = Handle::new(id, create.clone(), log, machine, sender);
        self.insert(&handle)?;
        let found = self.find(handle.id())?;
        if !found.is_same(&handle) {
            // The same id was created at the same time.
            return self.earlier(&create)?.ok_or_else(|| not_found(handle.id()));
        }
        self.0.parts.hub.begin(handle.log());
        let mut entry = Entry {
            registry: self,
            handle: &handle,
            tied: Vec::new(),
            begun: false,
        };
        let seat = match &place {
            Some(place) => self.seat(&session_type, place.backend()).await?,
            None => None,
        };
        for (other, tie) in ties {
            entry.tie(other, tie.reverse()).await?;
        }
        entry.begun = true;
        drop(entry);
        let mut actor = Actor::new(handle.clone(), inbox, self.clone(), place, seat);
        actor.begin();
        self.0.tasks.spawn(actor.run());
        Ok(handle)
    }

    async fn ask(&self, handle: &Handle, caller: &Caller, command: Command) -> Result<Reply> {
        let waits_for = match command {
            Command::Get(side) => Some(side),
            _ => None,
        };
        let latest = Instant::now() + self.0.settings.reply_timeout;
        let deadline = caller.deadline.unwrap_or(latest);
        let reply = handle.command(command, Some(deadline));
        timeout_at(deadline, reply)
            .await
            .unwrap_or_else(|_| Err(too_late(waits_for)))
    }

    async fn first_description(
        &self,
        handle: &Handle,
        caller: &Caller,
    ) -> Result<(Side, crate::media::Description)> {
        let side = if handle.create().offer.is_some() {
            Side::Answer
        } else {
            Side::Offer
        };
        match self.ask(handle, caller, Command::Get(side)).await? {
            Reply::Description(description) => Ok((side, description)),
            other => Err(Error::new(
                Reason::SessionFailed,
                format!("a session replied {other:?} where a description was asked for"),
            )),
        }
    }
}

fn too_late(waited_for: Option<Side>) -> Error {
    let (reason, message) = match waited_for {
        Some(Side::Offer) => (
            Reason::OfferNotSet,
            "there was no offer in time: call again to wait longer",
        ),
        Some(Side::Answer) => (
            Reason::AnswerNotSet,
            "there was no answer in time: call again to wait longer",
        ),
        None => (
            Reason::BackendTimeout,
            "the session did not reply in time: try again",
        ),
    };
    Error::new(reason, message)
}

impl Ended {
    fn forget_oldest(&mut self) {
        let Some((_, handle)) = self.order.pop_front() else {
            return;
        };
        if self
            .by_id
            .get(handle.id())
            .is_some_and(|current| current.is_same(&handle))
        {
            self.by_id.remove(handle.id());
        }
    }
}

/// A session that is listed and has not begun: taken back when it cannot, or its creator goes.
struct Entry<'a> {
    registry: &'a Registry,
    handle: &'a Handle,
    tied: Vec<Handle>,
    begun: bool,
}

impl Entry<'_> {
    async fn tie(&mut self, other: Handle, tie: Tie) -> Result<()> {
        let id = self.handle.id().clone();
        self.tied.push(other.clone());
        other.command(Command::Tie { other: id, tie }, None).await?;
        Ok(())
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if self.begun {
            return;
        }
        self.registry.remove(self.handle);
        self.registry.0.parts.hub.cancel(self.handle.log());
        for other in std::mem::take(&mut self.tied) {
            let id = self.handle.id().clone();
            tokio::spawn(async move { other.tell(id, super::command::Tiding::Withdrawn).await });
        }
    }
}

/// Destroys the session if its creator stops waiting for the reply.
struct Abandoned<'a>(Option<&'a Handle>);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        let Some(handle) = self.0.cloned() else {
            return;
        };
        tokio::spawn(async move {
            let reason = Reason::UserStop;
            let message = "its creator stopped waiting for the reply".to_owned();
            // A session that has ended meanwhile is what we want.
            let _ = handle
                .command(Command::Destroy { reason, message }, None)
                .await;
        });
    }
}

#[async_trait]
impl Sessions for Registry {
    async fn create(&self, caller: &Caller, create: Create) -> Result<Created> {
        self.admit()?;
        let wait_reply = create.wait_reply;
        let handle = match self.earlier(&create)? {
            Some(handle) => handle,
            None => self.begin(Arc::new(create)).await?,
        };
        if !wait_reply {
            return Ok(Created {
                info: handle.info(),
                reply: None,
            });
        }
        let mut abandoned = Abandoned(Some(&handle));
        let reply = self.first_description(&handle, caller).await?;
        abandoned.0 = None;
        Ok(Created {
            info: handle.info(),
            reply: Some(reply),
        })
    }

    async fn command(&self, caller: &Caller, id: &SessionId, command: Command) -> Result<Reply> {
        let handle = match (self.find(id), &command) {
            (Ok(handle), _) => handle,
            (Err(error), Command::Destroy { .. }) => {
                let remembered = self.0.ended.lock().by_id.contains_key(id);
                return if remembered {
                    Ok(Reply::Done)
                } else {
                    Err(error)
                };
            }
            (Err(error), _) => return Err(error),
        };
        let command = match command {
            Command::Update(Update::Type(to)) => {
                Command::Update(Update::Type(self.retyped(&handle, &to)?))
            }
            other => other,
        };
        self.ask(&handle, caller, command).await
    }

    fn get(&self, _caller: &Caller, id: &SessionId) -> Result<Info> {
        if let Ok(handle) = self.find(id) {
            return Ok(handle.info());
        }
        let ended = self.0.ended.lock().by_id.get(id).cloned();
        ended
            .map(|handle| handle.info())
            .ok_or_else(|| not_found(id))
    }

    fn list(
        &self,
        _caller: &Caller,
        filter: &Filter,
        page: &Page,
    ) -> (Vec<Info>, Option<SessionId>) {
        let mut found = Vec::new();
        let mut after = page.after.clone();
        // A chunk at a time, so that a long listing holds nobody up.
        loop {
            let chunk = self.behind(filter, after.as_ref(), page.size.max(64));
            let Some(last) = chunk.last() else {
                return (found, None);
            };
            after = Some(last.id().clone());
            for info in chunk
                .iter()
                .map(Handle::info)
                .filter(|info| filter.fits(info))
            {
                if found.len() == page.size {
                    let next = found.last().map(|info: &Info| info.session_id.clone());
                    return (found, next);
                }
                found.push(info);
            }
        }
    }
}

impl Registry {
    fn behind(&self, filter: &Filter, after: Option<&SessionId>, size: usize) -> Vec<Handle> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let range = (from, Bound::Unbounded);
        let mut handles: Vec<Handle> = {
            let live = self.0.live.read();
            live.range::<SessionId, _>(range)
                .take(size)
                .map(|(_, handle)| handle.clone())
                .collect()
        };
        if filter.statuses.contains(&Status::Destroyed) {
            let ended = self.0.ended.lock();
            let more = ended.by_id.range::<SessionId, _>(range).take(size);
            handles.extend(more.map(|(_, handle)| handle.clone()));
            handles.sort_by(|one, other| one.id().cmp(other.id()));
            handles.dedup_by(|one, other| one.id() == other.id());
            handles.truncate(size);
        }
        handles
    }
}
