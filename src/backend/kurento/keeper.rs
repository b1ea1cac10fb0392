//! Keeps house on the server: makes the pipeline, and releases what nobody needs.
//!
//! An object that nobody here knows may be one whose making is not told yet, so it must be found twice. What is found
//! so was left by an earlier life of this service, or by a request whose reply was lost with its connection.

use std::{collections::HashSet, sync::Arc};

use tokio::{sync::watch, time};
use tokio_util::sync::CancellationToken;

use super::{
    error::Error,
    lane::Link,
    server::Server,
    wire::{Call, Create, Id, Operation, Pipeline, Target},
};
use crate::{
    backend::{Load, Status},
    telemetry::Metrics,
};

/// The tag that tells whose a pipeline is.
const SERVICE: &str = "mp.service";

/// The oldest version that tells of DTLS, as `major.minor`.
const OLDEST: (u32, u32) = (7, 1);

/// What keeps house.
struct Keeper {
    server: Arc<Server>,
    metrics: Metrics,
    /// The session that the pipeline was made in.
    epoch: u64,
    version: String,
    /// What nobody knew when it was looked for last.
    unknown: HashSet<Id>,
    /// Whether pipelines of an earlier life may be left. The list of them is asked for only as long: the server itself
    /// then holds all that lives on it for a while, also what others have left and it should collect.
    strays: bool,
}

/// Runs until `shutdown`, and then leaves the server as it was.
///
/// The lanes end with `lanes`, which is cancelled last.
pub(super) async fn run(
    server: Arc<Server>,
    metrics: Metrics,
    shutdown: CancellationToken,
    lanes: CancellationToken,
) {
    let _last = lanes.drop_guard();
    let mut link = server.graph.link();
    let mut keeper = Keeper {
        server,
        metrics,
        epoch: 0,
        version: String::new(),
        unknown: HashSet::new(),
        strays: true,
    };
    loop {
        // On a server that does not answer this takes long.
        let Some(up) = shutdown.run_until_cancelled(keeper.follow(&mut link)).await else {
            break;
        };
        let config = &keeper.server.config;
        let pause = match up {
            // What is being made is not known yet: it must be, before it is looked for twice.
            true => config.reconcile_every.max(config.request_timeout),
            false => config.reconnect_max,
        };
        tokio::select! {
            changed = link.changed() => if changed.is_err() { return },
            () = time::sleep(pause) => {
                if up && shutdown.run_until_cancelled(keeper.reconcile()).await.is_none() {
                    break;
                }
            }
            () = shutdown.cancelled() => break,
        }
    }
    keeper.leave().await;
}

impl Keeper {
    /// Brings the state of the backend up with that of the connection; whether it is up.
    async fn follow(&mut self, link: &mut watch::Receiver<Link>) -> bool {
        let state = link.borrow_and_update().clone();
        let epoch = match state {
            Link::Up { epoch, .. } => epoch,
            Link::Down(why) => {
                self.down(&why);
                return false;
            }
        };
        if epoch != self.epoch
            && let Err(why) = self.begin(epoch).await
        {
            self.down(&why.to_string());
            return false;
        }
        self.up();
        true
    }

    /// Makes the pipeline of a new session.
    async fn begin(&mut self, epoch: u64) -> Result<(), Error> {
        self.server.pipeline.send_replace(None);
        self.server.forget_hubs().await;
        let info = self.call(Call::manager(Operation::GetInfo)).await?;
        let version = info["version"].as_str().unwrap_or_default();
        if !is_new_enough(version) {
            let (major, minor) = OLDEST;
            return Err(Error::TooOld(format!(
                "Kurento is of version {version}: {major}.{minor} or later is needed"
            )));
        }
        self.version = version.split('~').next().unwrap_or(version).to_owned();
        let tag = Operation::AddTag {
            key: SERVICE,
            value: self.server.mark.clone(),
        };
        let calls = vec![
            Call::Create(Create::Pipeline),
            Call::Invoke(Target::Makes(0), tag),
        ];
        let made = self.server.graph.transaction(calls).await?;
        let pipeline = Pipeline::read(made.first().unwrap_or(&serde_json::Value::Null))?;
        self.server.pipeline.send_replace(Some(pipeline));
        self.epoch = epoch;
        self.strays = true;
        self.look().await;
        Ok(())
    }

    fn up(&self) {
        if self.server.status.borrow().is_up() {
            return;
        }
        let version = self.version.clone();
        tracing::info!(backend = %self.server.name, version, "connected to Kurento");
        self.server.status.send_replace(Status::Up {
            version,
            load: Load::default(),
        });
        self.metrics
            .backend_up(Arc::from(self.server.name.as_str()), true);
    }

    fn down(&self, why: &str) {
        let told = Status::Down {
            message: why.to_owned(),
        };
        // Each failure of a row of attempts is told once: the next ones say the same.
        if self.server.status.borrow().is_up() {
            tracing::warn!(backend = %self.server.name, why, "lost the connection to Kurento");
        } else if *self.server.status.borrow() != told {
            tracing::warn!(backend = %self.server.name, why, "cannot connect to Kurento; trying on");
        }
        self.server.status.send_replace(told);
        self.metrics
            .backend_up(Arc::from(self.server.name.as_str()), false);
    }

    async fn call(&self, call: Call) -> Result<serde_json::Value, Error> {
        self.server.graph.call(call).await
    }

    /// Looks for what nobody knows, and releases what was not known the last time either.
    async fn reconcile(&mut self) {
        let before = self.unknown.clone();
        if !self.look().await {
            return;
        }
        let orphans: Vec<Id> = self.unknown.intersection(&before).cloned().collect();
        let count = orphans.len();
        for orphan in orphans {
            tracing::info!(backend = %self.server.name, object = ?orphan, "releases an orphaned object");
            if let Err(error) = self.call(Call::Release(orphan)).await {
                tracing::warn!(backend = %self.server.name, %error, "cannot release an orphaned object");
            }
        }
        if count > 0 {
            tracing::warn!(backend = %self.server.name, count, "released orphaned objects");
        }
    }

    /// Whether it could look.
    async fn look(&mut self) -> bool {
        match self.unknown().await {
            Ok(unknown) => {
                self.unknown = unknown;
                true
            }
            Err(error) => {
                tracing::warn!(backend = %self.server.name, %error, "cannot look for orphaned objects");
                false
            }
        }
    }

    /// What is this service's on the server and nobody knows: other pipelines of its own, objects of its present one.
    async fn unknown(&mut self) -> Result<HashSet<Id>, Error> {
        let own = self.server.pipeline.borrow().clone();
        let mut unknown = HashSet::new();
        if self.strays {
            unknown = self.earlier(own.as_ref()).await?;
            self.strays = !unknown.is_empty();
        }
        if let Some(pipeline) = &own {
            let call = Call::Invoke(pipeline.into(), Operation::GetChildren);
            let children = match self.call(call).await {
                Err(error) if error.is_gone() => {
                    self.begin_anew();
                    return Ok(unknown);
                }
                children => ids(&children?),
            };
            for child in children {
                if !self.server.knows(&child).await {
                    unknown.insert(child);
                }
            }
        }
        Ok(unknown)
    }

    /// Somebody else has released the pipeline, and all media with it: another one is made.
    fn begin_anew(&mut self) {
        self.epoch = 0;
        self.server.pipeline.send_replace(None);
        self.server
            .graph
            .lost("its pipeline was released on Kurento");
    }

    /// Pipelines of this service beside its present one.
    async fn earlier(&self, own: Option<&Pipeline>) -> Result<HashSet<Id>, Error> {
        let mut earlier = HashSet::new();
        for id in ids(&self.call(Call::manager(Operation::GetPipelines)).await?) {
            if own.is_some_and(|own| *own.id() == id) {
                continue;
            }
            if self.is_own(&id).await? {
                earlier.insert(id);
                continue;
            }
            // Asking for it made us hold it: without this it would live as long as we do.
            match self.call(Call::Unref(id)).await {
                // It has just been released.
                Err(error) if error.is_gone() => {}
                done => drop(done?),
            }
        }
        Ok(earlier)
    }

    async fn is_own(&self, pipeline: &Id) -> Result<bool, Error> {
        let call = Call::Invoke(Target::Made(pipeline.clone()), Operation::GetTags);
        let tags = match self.call(call).await {
            // It has just been released.
            Err(error) if error.is_gone() => return Ok(false),
            tags => tags?,
        };
        let is_mark = |tag: &serde_json::Value| {
            tag["key"] == SERVICE && tag["value"] == self.server.mark.as_str()
        };
        Ok(tags.as_array().is_some_and(|tags| tags.iter().any(is_mark)))
    }

    /// Releases the pipeline, with all that is in it.
    async fn leave(&self) {
        let pipeline = self.server.pipeline.send_replace(None);
        let is_up = self.server.status.borrow().is_up();
        if let Some(pipeline) = pipeline.filter(|_| is_up) {
            tracing::info!(backend = %self.server.name, "leaving Kurento");
            if let Err(error) = self.call(Call::Release(pipeline.id().clone())).await {
                tracing::warn!(backend = %self.server.name, %error, "cannot release the pipeline");
            }
        }
        let message = "the service is stopping".to_owned();
        self.server.status.send_replace(Status::Down { message });
        self.metrics
            .backend_up(Arc::from(self.server.name.as_str()), false);
    }
}

fn ids(list: &serde_json::Value) -> Vec<Id> {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(|id| id.as_str()).map(Id::new).collect()
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split(['.', '~', '-']).map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= OLDEST,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_apart() {
        for version in ["7.3.1~55.g2e4bf5524", "7.1.0", "8.0.0"] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in ["6.18.0", "7.0.1", "", "dev"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
