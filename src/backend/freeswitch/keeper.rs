//! Hears what the server tells, and follows outages: what was missed is asked for, what is lost is told.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;

use super::{
    catalog::{self, Catalog},
    command::{Call, Command, Word},
    error::Error,
    esl::{Event, Told},
    events,
    place::{Member, Place},
    player, recorder,
    server::Server,
    sip::UserAgent,
    stage,
    wiring::{self, Runs},
};
use crate::{
    backend::{Load, Status, link::Backoff},
    media::{LegEvent, SdpType},
    telemetry::Metrics,
};

/// What hears.
struct Keeper {
    server: Arc<Server>,
    metrics: Metrics,
    /// The life of the server that the calls are of.
    core: Option<String>,
    /// What is done after a connect; the next outage ends it.
    beginning: CancellationToken,
}

/// Runs until `shutdown`, and then leaves the server as it was.
///
/// The connections end with `connections`, which is cancelled last.
pub(super) async fn run(
    server: Arc<Server>,
    told: mpsc::Receiver<Told>,
    metrics: Metrics,
    shutdown: CancellationToken,
    connections: CancellationToken,
) {
    let _last = connections.clone().drop_guard();
    let mut keeper = Keeper {
        server,
        metrics,
        core: None,
        beginning: CancellationToken::new(),
    };
    let listening = keeper.listen(&connections);
    if shutdown.run_until_cancelled(listening).await.is_some() {
        keeper.keep(told, &shutdown).await;
        keeper.leave().await;
    }
}

impl Keeper {
    /// Listens for the server's calls, as soon as the address is free.
    async fn listen(&self, connections: &CancellationToken) {
        let config = &self.server.config;
        let mut backoff = Backoff::new(config.reconnect_min, config.reconnect_max);
        loop {
            match UserAgent::start(config, connections.clone()).await {
                Ok(agent) => {
                    // It is set nowhere else.
                    let _ = self.server.agent.set(agent);
                    return;
                }
                Err(error) => {
                    let address = config.sip_listen.unwrap_or(config.sip_contact);
                    self.down(&format!("cannot listen for SIP at {address}: {error}"));
                }
            }
            time::sleep(backoff.next(rand::random())).await;
        }
    }

    async fn keep(&mut self, mut told: mpsc::Receiver<Told>, shutdown: &CancellationToken) {
        while let Some(Some(news)) = shutdown.run_until_cancelled(told.recv()).await {
            match news {
                Told::Event(event) => self.happened(&event),
                Told::Up { core, version } => self.up(&core, &version),
                Told::Down { why, gone } => {
                    self.beginning.cancel();
                    self.down(&why);
                    if gone {
                        self.core = None;
                        lose(&self.server, "FreeSWITCH is gone: it refuses connections");
                    }
                }
            }
        }
        self.beginning.cancel();
    }

    fn happened(&self, event: &Event) {
        if event.name() != "HEARTBEAT" {
            return events::happened(&self.server, event);
        }
        let number = |name: &str| event.get(name)?.parse::<f64>().ok();
        let calls = (number("Session-Count"), number("Max-Sessions"));
        let now = Load {
            full: matches!(calls, (Some(calls), Some(max)) if calls >= max),
            ..Load::default()
        };
        self.server.status.send_if_modified(|status| match status {
            Status::Up { load, .. } => std::mem::replace(load, now) != now,
            Status::Down { .. } => false,
        });
    }

    /// The connections stand (again).
    fn up(&mut self, core: &str, version: &str) {
        self.server.connects.send_modify(|times| *times += 1);
        let before = self.core.replace(core.to_owned());
        if before.is_some_and(|before| before != core) {
            lose(
                &self.server,
                "FreeSWITCH has started anew, without its calls",
            );
        }
        self.beginning.cancel();
        self.beginning = CancellationToken::new();
        let ended = self.beginning.clone();
        let server = self.server.clone();
        let metrics = self.metrics.clone();
        let version = version.to_owned();
        // What is asked here is answered by events too, which must be heard meanwhile.
        tokio::spawn(async move {
            let begun = async {
                while let Err(error) = begin(&server).await {
                    tracing::warn!(backend = %server.name, %error, "cannot begin to use FreeSWITCH; trying on");
                    time::sleep(server.config.reconnect_max).await;
                }
            };
            if ended.run_until_cancelled(begun).await.is_some() {
                is_up(&server, &metrics, &version);
            }
        });
    }

    fn down(&self, why: &str) {
        let name = &self.server.name;
        let message = why.to_owned();
        let told = Status::Down { message };
        // Each failure of a row of attempts is told once: the next ones say the same.
        if self.server.status.borrow().is_up() {
            tracing::warn!(backend = %name, why, "lost the connection to FreeSWITCH");
        } else if *self.server.status.borrow() != told {
            tracing::warn!(backend = %name, why, "cannot connect to FreeSWITCH; trying on");
        }
        self.server.status.send_replace(told);
        self.metrics.backend_up(Arc::from(name.as_str()), false);
    }

    /// Ends all calls of this service.
    async fn leave(&self) {
        let name = &self.server.name;
        if self.server.status.borrow().is_up() {
            tracing::info!(backend = %name, "leaving FreeSWITCH");
            for place in self.server.all() {
                self.server.hang_up(place.call).await;
            }
            if let Some(agent) = self.server.agent.get() {
                agent.leave().await;
            }
        }
        let message = "the service is stopping".to_owned();
        self.server.status.send_replace(Status::Down { message });
        self.metrics.backend_up(Arc::from(name.as_str()), false);
    }
}

fn is_up(server: &Server, metrics: &Metrics, version: &str) {
    let version = version.to_owned();
    tracing::info!(backend = %server.name, version, "connected to FreeSWITCH");
    let load = Load::default();
    server.status.send_replace(Status::Up { version, load });
    metrics.backend_up(Arc::from(server.name.as_str()), true);
}

/// The server has lost its calls.
fn lose(server: &Server, words: &str) {
    for place in server.all() {
        if place.state.lock().called {
            events::lost(&place, words);
        }
    }
}

/// Learns what the server has, and what has become of the calls.
async fn begin(server: &Arc<Server>) -> Result<(), Error> {
    let [conferences, layouts] =
        [catalog::CONFERENCES, catalog::LAYOUTS].map(Command::Configuration);
    let conferences = server.socket.read(&conferences).await?;
    let layouts = server.socket.read(&layouts).await?;
    *server.catalog.lock() = Catalog::read(&conferences, &layouts);
    for place in server.all() {
        if place.state.lock().called {
            catch_up(&place).await?;
        }
    }
    stage::catch_up(server).await
}

/// Asks what was missed of a call during an outage.
async fn catch_up(place: &Arc<Place>) -> Result<(), Error> {
    let turn = place.changing.lock().await;
    let dump = match place.server.socket.read(&Command::Dump(place.call)).await {
        Ok(dump) => dump,
        Err(error) if error.is_gone() => {
            // One that is just being called is not there yet.
            if *place.runs.borrow() != Runs::Nothing {
                events::lost(place, "the call was gone after an outage");
            }
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let dump = parsed(&dump)?;
    let text = |name: &str| dump.get(name).and_then(Value::as_str);
    place.tell(LegEvent::status(
        "backend_connection",
        json!({"state": "reclaimed"}),
    ));
    let runs = beneath(place, running(&text));
    let is_new = !place.is_up();
    // A call that the server has made is answered before its client is connected.
    let connects = place.sdp_type == SdpType::Webrtc && text("variable_rtp_has_crypto").is_none();
    if runs == Runs::Nothing || (is_new && connects) {
        return Ok(());
    }
    let member = member(&text).filter(|_| matches!(runs, Runs::Conference(_)));
    {
        let mut state = place.state.lock();
        let known = state.member.take();
        let is_known = |one: &Member| member.as_ref().is_some_and(|now| one.is(now));
        state.member = known.filter(is_known).or(member);
    }
    let sequence = text("Event-Sequence").and_then(|number| number.parse().ok());
    let before = place.now_runs(sequence.unwrap_or_default(), runs);
    drop(turn);
    recorder::catch_up(place).await?;
    if is_new {
        events::connected(place);
        return Ok(());
    }
    player::catch_up(place, before.as_ref(), &text);
    wiring::mend(vec![place.clone()]);
    Ok(())
}

/// What runs on a call now, by what the server knows of it.
pub(super) async fn asked(place: &Place) -> Result<Runs, Error> {
    let dump = place.server.socket.read(&Command::Dump(place.call)).await?;
    let dump = parsed(&dump)?;
    let runs = running(&|name| dump.get(name).and_then(Value::as_str));
    Ok(beneath(place, runs))
}

/// The server names what is played over something else as what runs, even when it is over: that goes on beneath it.
fn beneath(place: &Place, runs: Runs) -> Runs {
    let playing = place.state.lock().playing.clone();
    let is_for_it = playing.is_some_and(|playing| playing.is_type);
    match runs {
        Runs::Playback if !is_for_it => place.runs.borrow().clone(),
        runs => runs,
    }
}

fn parsed(dump: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(dump)
        .map_err(|fault| Error::Malformed(format!("a dump that is no JSON: {fault}")))
}

/// What runs on a call, from all that the server knows of it.
fn running<'d>(text: &impl Fn(&str) -> Option<&'d str>) -> Runs {
    if text("Answer-State") != Some("answered") {
        return Runs::Nothing;
    }
    let peer = text("Other-Leg-Unique-ID").and_then(|peer| peer.parse::<Call>().ok());
    let is_bridged = matches!(
        text("Channel-State"),
        Some("CS_EXCHANGE_MEDIA" | "CS_SOFT_EXECUTE")
    );
    if let Some(peer) = peer.filter(|_| is_bridged) {
        return Runs::Bridge(peer);
    }
    // The name of an application outlives it.
    match text("Channel-State") {
        Some("CS_PARK") => return Runs::Park,
        // It has left what it ran for a bridge that never came.
        Some("CS_RESET") => return Runs::Nothing,
        _ => {}
    }
    match text("variable_current_application") {
        Some("park") => Runs::Park,
        Some("echo") => Runs::Echo,
        Some("playback") => Runs::Playback,
        Some("conference") => match text("variable_conference_name").and_then(Word::new) {
            Some(room) => Runs::Conference(room),
            None => Runs::Nothing,
        },
        _ => Runs::Nothing,
    }
}

fn member<'d>(text: &impl Fn(&str) -> Option<&'d str>) -> Option<Member> {
    Some(Member {
        room: Word::new(text("variable_conference_name")?)?,
        id: text("variable_conference_member_id")?.parse().ok()?,
        unseen: Some(false),
        has_floor: false,
    })
}
