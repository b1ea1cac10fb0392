//! A mountpoint of the streaming plugin that is made for one player and goes with it.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    backend::janus::{
        conn::Conn,
        error::Error,
        handle::Handle,
        line::Line,
        wire::{Plugin, streaming::Body},
    },
    id::SessionId,
};

/// The code of the plugin for a mountpoint that is not there.
const NO_MOUNTPOINT: u32 = 455;

/// A mountpoint of ours; dropped, it is destroyed.
#[derive(Debug)]
pub(super) struct Mountpoint {
    conn: Arc<Conn>,
    owner: SessionId,
    id: String,
    destroyed: AtomicBool,
}

impl Mountpoint {
    /// Makes one that plays a file.
    ///
    /// *Cancel safety*: dropped, nothing is left on the server.
    pub(super) async fn make(
        line: &Line,
        owner: &SessionId,
        path: String,
        codec: &'static str,
    ) -> Result<Self, Error> {
        let conn = line.handle().conn();
        let made = Self::known(conn, owner, conn.opaque_id(owner.as_str()));
        let body = Body::file(made.id.clone(), path, codec);
        line.handle().message(&body, None).await?;
        Ok(made)
    }

    /// One that an earlier life of this service made.
    pub(super) fn known(conn: &Arc<Conn>, owner: &SessionId, id: String) -> Self {
        Self {
            conn: Arc::clone(conn),
            owner: owner.clone(),
            id,
            destroyed: AtomicBool::new(false),
        }
    }

    /// What it is called on the server.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Destroys it. Idempotent.
    pub(super) async fn destroy(&self, handle: &Handle) {
        if !self.destroyed.swap(true, Ordering::AcqRel) {
            destroy(handle, self.id.clone()).await;
        }
    }
}

impl Drop for Mountpoint {
    fn drop(&mut self) {
        if self.destroyed.swap(true, Ordering::AcqRel) {
            return;
        }
        let (conn, owner) = (Arc::clone(&self.conn), self.owner.clone());
        let id = mem::take(&mut self.id);
        tokio::spawn(async move {
            match Handle::open(&conn, Plugin::Streaming, owner.as_str()).await {
                Ok((handle, _)) => destroy(&handle, id).await,
                Err(error) => tracing::warn!(%error, id, "cannot destroy a mountpoint"),
            }
        });
    }
}

async fn destroy(handle: &Handle, id: String) {
    let body = Body::Destroy { id: id.clone() };
    match handle.message(&body, None).await {
        Ok(_)
        | Err(Error::Plugin {
            code: NO_MOUNTPOINT,
            ..
        }) => {}
        Err(error) => tracing::warn!(%error, id, "cannot destroy a mountpoint"),
    }
}
