//! Destroys the rooms that an earlier life of this service left on the server.

use std::sync::{Arc, Weak};

use tokio::time;

use super::Rooms;
use crate::{
    backend::{
        Status,
        janus::{
            error::Error,
            wire::rooms::{self, Body},
        },
    },
    media::RoomKind,
};

/// Waits after each connect until living sessions had time to be resumed, then destroys the empty
/// rooms that carry our mark and that nobody here knows. Ends with the rooms.
pub(super) async fn sweep(rooms: Weak<Rooms>) {
    let Some(mut status) = rooms.upgrade().map(|rooms| rooms.conn.status()) else {
        return;
    };
    while status.wait_for(Status::is_up).await.is_ok() {
        let Some(after) = rooms.upgrade().map(|rooms| rooms.conn.config.orphans_after) else {
            return;
        };
        time::sleep(after).await;
        let Some(rooms) = rooms.upgrade() else {
            return;
        };
        for kind in RoomKind::ALL {
            if let Err(error) = rooms.destroy_unknown(*kind).await {
                tracing::debug!(backend = %rooms.conn.name, %kind, %error, "cannot look for rooms");
            }
        }
        rooms.rest().await;
        drop(rooms);
        if status.wait_for(|status| !status.is_up()).await.is_err() {
            return;
        }
    }
}

impl Rooms {
    async fn destroy_unknown(self: &Arc<Self>, kind: RoomKind) -> Result<(), Error> {
        let answer = self.manage(kind, &Body::List).await?;
        for listed in rooms::listed(&answer)? {
            let ours = listed.description.starts_with(&self.conn.prefix);
            let known = self.known.lock().contains_key(listed.room.as_str());
            if ours && !known && listed.num_participants == 0 {
                let room = listed.room.as_str();
                tracing::warn!(backend = %self.conn.name, room, "destroys an orphaned room");
                let room = listed.room;
                self.manage(kind, &Body::Destroy { room }).await?;
            }
        }
        Ok(())
    }
}
