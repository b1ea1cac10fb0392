//! How a session begins: found again, or placed, listed, tied and set going.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime},
};

use tokio::{sync::mpsc, time::Instant};

use super::Registry;
use crate::{
    error::{Error, Reason, Result},
    event::Subject,
    id::SessionId,
    session::{
        Create,
        actor::Actor,
        command::{Command, Tiding, Tie},
        handle::{Handle, not_found},
        machine::{Machine, Seed},
        placement::Placement,
    },
};

impl Registry {
    pub(super) fn admit(&self) -> Result<()> {
        if self.0.closing.load(Ordering::Relaxed) {
            let message = "the service is stopping: create the session on another instance";
            return Err(
                Error::new(Reason::ServerShutdown, message).retry_after(Duration::from_secs(1))
            );
        }
        Ok(())
    }

    /// The session of this id that the same request made before, if there is one.
    pub(super) fn earlier(&self, create: &Create) -> Result<Option<Handle>> {
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
    pub(super) async fn begin(&self, create: Arc<Create>) -> Result<Handle> {
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
        let actor = Actor::new(handle.clone(), inbox, self.clone(), place, seat);
        self.0.tasks.spawn(actor.begin());
        Ok(handle)
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
            tokio::spawn(async move { other.tell(id, Tiding::Withdrawn).await });
        }
    }
}
