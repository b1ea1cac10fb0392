//! The handle through which the rooms of one plugin are managed.

use std::sync::Arc;

use crate::backend::janus::{
    conn::Conn,
    error::Error,
    handle::Handle,
    wire::{Answer, Plugin, rooms::Body},
};

/// What marks the handles that manage rooms.
const OWNER: &str = "rooms";

/// The handle that manages the rooms of one plugin; made when it is first needed.
#[derive(Debug)]
pub(super) struct Manager {
    plugin: Plugin,
    handle: tokio::sync::Mutex<Option<Handle>>,
}

impl Manager {
    pub(super) fn new(plugin: Plugin) -> Self {
        Self {
            plugin,
            handle: tokio::sync::Mutex::default(),
        }
    }

    /// Says something about rooms to the plugin.
    pub(super) async fn say(&self, conn: &Arc<Conn>, body: &Body) -> Result<Answer, Error> {
        let handle = self.handle(conn, None).await?;
        match handle.message(body, None).await {
            // Janus was started anew: so are we.
            Err(error) if error.is_gone() => {
                let handle = self.handle(conn, Some(&handle)).await?;
                handle.message(body, None).await
            }
            result => result,
        }
    }

    /// The handle, if it is not the one that is `gone`, else a new one.
    async fn handle(&self, conn: &Arc<Conn>, gone: Option<&Handle>) -> Result<Handle, Error> {
        let mut handle = self.handle.lock().await;
        let gone = gone.map(Handle::ids);
        match &*handle {
            Some(handle) if Some(handle.ids()) != gone => Ok(handle.clone()),
            _ => {
                let (made, _) = Handle::open(conn, self.plugin, OWNER).await?;
                Ok(handle.insert(made).clone())
            }
        }
    }

    /// Gives the handle back if there is nothing to manage.
    pub(super) async fn rest_if(&self, idle: impl Fn() -> bool) {
        let mut handle = self.handle.lock().await;
        if idle() {
            *handle = None;
        }
    }
}
