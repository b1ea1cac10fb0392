//! What callers ask of the registry.

use std::{ops::Bound, sync::Arc};

use async_trait::async_trait;
use tokio::time::{Instant, timeout_at};

use super::Registry;
use crate::{
    error::{Error, Reason, Result},
    id::SessionId,
    media::{Description, Update},
    session::{
        Caller, Command, Create, Created, Filter, Info, Page, Reply, Sessions, Side, Status,
        handle::{Handle, not_found},
    },
};

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
                let to = self.retyped(&handle, &to)?;
                let seat = self.new_seat(&handle, &to).await?;
                Command::Become(to, seat.map(Box::new))
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
    ) -> Result<(Side, Description)> {
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
