//! Destroys what an earlier life of this service left on the server.

use std::sync::{Arc, Weak};

use tokio::time;

use super::{conn::Conn, error::Error};

/// Waits until living sessions had time to be resumed, then destroys those that carry our mark and
/// that nobody here knows. Without an admin API it does nothing: they time out.
pub(super) async fn sweep(conn: Weak<Conn>) {
    let Some(after) = conn.upgrade().map(|conn| conn.config.orphans_after) else {
        return;
    };
    time::sleep(after).await;
    let Some(conn) = conn.upgrade() else {
        return;
    };
    match destroy_unknown(&conn).await {
        Ok(0) => {}
        Ok(count) => tracing::warn!(backend = %conn.name, count, "destroyed orphaned sessions"),
        Err(error) => tracing::warn!(backend = %conn.name, %error, "cannot look for orphans"),
    }
}

async fn destroy_unknown(conn: &Arc<Conn>) -> Result<usize, Error> {
    let Some(admin) = &conn.admin else {
        return Ok(0);
    };
    let mut count = 0;
    for session in admin.sessions().await? {
        if conn.knows(session) || !is_ours(conn, session).await? {
            continue;
        }
        // It may have been resumed in the meantime.
        if !conn.knows(session) {
            tracing::info!(backend = %conn.name, session, "destroys an orphaned session");
            admin.destroy(session).await?;
            count += 1;
        }
    }
    Ok(count)
}

async fn is_ours(conn: &Conn, session: u64) -> Result<bool, Error> {
    let Some(admin) = &conn.admin else {
        return Ok(false);
    };
    for handle in admin.handles(session).await? {
        let info = admin.handle(session, handle).await?;
        let mark = info.and_then(|info| info.opaque_id);
        if mark.is_some_and(|mark| mark.starts_with(&conn.prefix)) {
            return Ok(true);
        }
    }
    Ok(false)
}
