//! Ends the calls of this service that nobody here knows.
//!
//! A call may be one whose making is not told yet, so it must be found twice. What is found so was left by an earlier life
//! of this service, or by an order whose reply was lost with its connection.

use std::{collections::HashSet, sync::Arc};

use serde::Deserialize;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::{
    command::{Call, Command},
    error::Error,
    server::Server,
};

/// Where the mark of the service is on a call that it made, and on one that the server made for it.
const MARKS: [&str; 2] = [
    "variable_sip_h_X-Mediaplane-Service",
    "variable_mediaplane_service",
];

/// The calls of a server.
#[derive(Deserialize)]
struct Channels {
    /// Left out where there is none.
    #[serde(default)]
    rows: Vec<Channel>,
}

#[derive(Deserialize)]
struct Channel {
    uuid: String,
}

/// Looks for them.
struct Sweeper {
    server: Arc<Server>,
    /// What nobody knew when it was looked for last.
    unknown: HashSet<Call>,
    /// What is not this service's.
    foreign: HashSet<Call>,
}

/// Looks every now and then until `shutdown`.
pub(super) async fn run(server: Arc<Server>, shutdown: CancellationToken) {
    let config = &server.config;
    // What is being made is not known yet: it must be, before it is looked for twice.
    let every = config.reconcile_every.max(config.request_timeout);
    let mut sweeper = Sweeper {
        server,
        unknown: HashSet::new(),
        foreign: HashSet::new(),
    };
    let mut status = sweeper.server.status.subscribe();
    let sweep = async {
        while status.wait_for(crate::backend::Status::is_up).await.is_ok() {
            if let Err(error) = sweeper.sweep().await {
                let backend = &sweeper.server.name;
                tracing::warn!(%backend, %error, "cannot look for orphaned calls");
            }
            time::sleep(every).await;
        }
    };
    shutdown.run_until_cancelled(sweep).await;
}

impl Sweeper {
    /// Looks for what nobody knows, and ends what was not known the last time either.
    async fn sweep(&mut self) -> Result<(), Error> {
        let there = self.calls().await?;
        self.foreign.retain(|call| there.contains(call));
        let mut unknown = HashSet::new();
        for call in there {
            if self.server.knows(call) || self.foreign.contains(&call) {
                continue;
            }
            match self.is_own(call).await? {
                true => unknown.insert(call),
                false => self.foreign.insert(call),
            };
        }
        let before = std::mem::replace(&mut self.unknown, unknown);
        let orphans: Vec<Call> = self.unknown.intersection(&before).copied().collect();
        for call in &orphans {
            tracing::info!(backend = %self.server.name, %call, "ends an orphaned call");
            self.server.hang_up(*call).await;
        }
        if !orphans.is_empty() {
            let count = orphans.len();
            tracing::warn!(backend = %self.server.name, count, "ended orphaned calls");
        }
        Ok(())
    }

    async fn calls(&self) -> Result<HashSet<Call>, Error> {
        let text = self.server.socket.job(&Command::Channels).await?;
        let listed: Channels = serde_json::from_str(&text).map_err(|fault| {
            Error::Malformed(format!("a list of calls that is not one: {fault}"))
        })?;
        // Others may call theirs by names that are no uuids.
        let calls = listed.rows.iter().filter_map(|row| row.uuid.parse().ok());
        Ok(calls.collect())
    }

    async fn is_own(&self, call: Call) -> Result<bool, Error> {
        let text = match self.server.socket.read(&Command::Dump(call)).await {
            // It has just ended.
            Err(error) if error.is_gone() => return Ok(false),
            text => text?,
        };
        let dump: serde_json::Value = serde_json::from_str(&text)
            .map_err(|fault| Error::Malformed(format!("a dump that is no JSON: {fault}")))?;
        let mark = self.server.mark.as_str();
        Ok(MARKS.iter().any(|name| dump[*name] == mark))
    }
}
