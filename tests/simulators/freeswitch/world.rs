//! What the server holds: legs, rooms, files and what is under way. No I/O; the server lets things happen later.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use uuid::Uuid;

use super::channel::{Channel, Job};
use super::event::Event;
use super::options::Options;
use super::room::Room;
use super::sip::{Pending, Route};

/// A socket of the event socket.
pub(super) type ConnId = u64;

/// Something that happens later.
pub(super) type Deed = Box<dyn FnOnce(&mut World) + Send>;

/// What the world wants done.
pub(super) enum Effect {
    /// This goes to all who want to hear it.
    Tell(Event),
    /// This goes out by SIP.
    Sip { route: Route, text: String },
    /// This happens then.
    Later { after: Duration, deed: Deed },
}

/// How long what a command has begun takes to be seen.
pub(super) const SOON: Duration = Duration::from_millis(10);
/// How many commands are remembered.
const REMEMBERED: usize = 10_000;

pub(super) struct World {
    pub(super) options: Options,
    pub(super) core_uuid: String,
    pub(super) since: Instant,
    pub(super) channels: BTreeMap<String, Channel>,
    pub(super) rooms: BTreeMap<String, Room>,
    /// What was recorded, which can be played.
    pub(super) files: BTreeSet<String>,
    /// The 200 of the next call comes so much later.
    pub(super) late: Duration,
    /// WebRTC legs do not connect.
    pub(super) never_connects: bool,
    /// What came in on the event socket.
    pub(super) commands: VecDeque<String>,
    /// A command looked as if it was made of what a client had said.
    pub(super) injected: bool,
    /// Where its SIP is.
    pub(super) address: SocketAddr,
    /// SIP messages that are sent again until the other side reacts.
    pub(super) pending: BTreeMap<String, Pending>,
    /// The last response to each request, by its branch and method.
    pub(super) answered: BTreeMap<String, String>,
    /// How many legs there were.
    pub(super) sessions: u64,
    pub(super) last_member: u32,
    effects: Vec<Effect>,
    sequence: u64,
    last_port: u16,
}

impl World {
    pub(super) fn new(options: Options) -> World {
        World {
            options,
            core_uuid: new_uuid(),
            since: Instant::now(),
            channels: BTreeMap::new(),
            rooms: BTreeMap::new(),
            files: BTreeSet::new(),
            late: Duration::ZERO,
            never_connects: false,
            commands: VecDeque::new(),
            injected: false,
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            pending: BTreeMap::new(),
            answered: BTreeMap::new(),
            sessions: 0,
            last_member: 0,
            effects: Vec::new(),
            sequence: 0,
            last_port: 20_000,
        }
    }

    /// Another process on the same ports, which remembers only what the test may ask for.
    pub(super) fn restarted(&mut self) -> World {
        let mut world = World::new(self.options.clone());
        world.commands = std::mem::take(&mut self.commands);
        world.injected = self.injected;
        world.address = self.address;
        world.never_connects = self.never_connects;
        world
    }

    /// What is to be done, in order.
    pub(super) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Lets something happen in a while.
    pub(super) fn later(
        &mut self,
        after: Duration,
        deed: impl FnOnce(&mut World) + Send + 'static,
    ) {
        let deed = Box::new(deed);
        self.effects.push(Effect::Later { after, deed });
    }

    pub(super) fn send(&mut self, route: Route, text: String) {
        self.effects.push(Effect::Sip { route, text });
    }

    pub(super) fn remember(&mut self, command: String) {
        if self.commands.len() == REMEMBERED {
            self.commands.pop_front();
        }
        self.commands.push_back(command);
    }

    /// An even port that no leg before had lately.
    pub(super) fn new_port(&mut self) -> u16 {
        self.last_port = if self.last_port < 20_990 {
            self.last_port + 2
        } else {
            20_000
        };
        self.last_port
    }

    /// An event with what all events tell.
    pub(super) fn event(&mut self, name: &str) -> Event {
        self.stamped(Event::new(name))
    }

    /// As [`World::event`], of a module.
    pub(super) fn custom(&mut self, subclass: &str) -> Event {
        self.stamped(Event::custom(subclass))
    }

    fn stamped(&mut self, event: Event) -> Event {
        self.sequence += 1;
        let since = now();
        let local = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since).to_string();
        event
            .with("Core-UUID", self.core_uuid.clone())
            .with("FreeSWITCH-Hostname", "simulated")
            .with("FreeSWITCH-Switchname", "simulated")
            .with("FreeSWITCH-IPv4", "127.0.0.1")
            .with("FreeSWITCH-IPv6", "::1")
            .with("Event-Date-Local", local.replace('T', " ").replace('Z', ""))
            .with("Event-Date-Timestamp", since.as_micros().to_string())
            .with("Event-Sequence", self.sequence.to_string())
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.effects.push(Effect::Tell(event));
    }

    /// Raises an event of a leg.
    pub(super) fn tell_of(&mut self, uuid: &str, name: &str) {
        self.tell_with(uuid, name, Vec::new());
    }

    /// As [`World::tell_of`], with more headers.
    pub(super) fn tell_with(&mut self, uuid: &str, name: &str, more: Vec<(&str, String)>) {
        let Some(channel) = self.channels.get(uuid) else {
            return;
        };
        let headers = channel.headers();
        let more = more.into_iter();
        let more = more.map(|(name, value)| (name.to_owned(), value));
        let event = self.event(name).extended(headers).extended(more.collect());
        self.tell(event);
    }

    /// Shows every now and then that the server is there.
    pub(super) fn heartbeat(&mut self) {
        self.tell_heartbeat();
        let after = self.options.heartbeat;
        self.later(after, World::heartbeat);
    }

    pub(super) fn tell_heartbeat(&mut self) {
        let up = self.since.elapsed();
        let event = self
            .event("HEARTBEAT")
            .with("Event-Info", "System Ready")
            .with("Up-Time", up_time(up))
            .with("FreeSWITCH-Version", self.options.version.clone())
            .with("Uptime-msec", up.as_millis().to_string())
            .with("Session-Count", self.channels.len().to_string())
            .with("Max-Sessions", self.options.max_sessions.to_string())
            .with("Session-Per-Sec", "200")
            .with("Session-Since-Startup", self.sessions.to_string())
            .with("Idle-CPU", self.options.idle_cpu.to_string());
        self.tell(event);
    }

    /// Tells the result of a `bgapi`.
    pub(super) fn job_done(&mut self, job: Job, result: String) {
        if job.is_silent {
            return;
        }
        let mut event = self
            .event("BACKGROUND_JOB")
            .with("Job-UUID", job.uuid)
            .with("Job-Command", job.command);
        if !job.arguments.is_empty() {
            event = event.with("Job-Command-Arg", job.arguments);
        }
        self.tell(event.with_body(result));
    }

    /// A leg begins to be.
    pub(super) fn add(&mut self, channel: Channel) {
        self.sessions += 1;
        let uuid = channel.uuid.clone();
        self.channels.insert(uuid.clone(), channel);
        self.tell_of(&uuid, "CHANNEL_CREATE");
    }
}

/// Since the beginning of 1970.
pub(super) fn now() -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap_or_default()
}

/// As in `status` and in heartbeats.
pub(super) fn up_time(up: Duration) -> String {
    let (seconds, minutes) = (up.as_secs() % 60, up.as_secs() / 60);
    format!(
        "0 years, 0 days, {} hours, {} minutes, {seconds} seconds, {} milliseconds, {} microseconds",
        minutes / 60,
        minutes % 60,
        up.subsec_millis(),
        up.subsec_micros() % 1000,
    )
}

pub(super) fn new_uuid() -> String {
    Uuid::new_v4().to_string()
}

/// Letters and digits by chance.
pub(super) fn token(length: usize) -> String {
    let mut text = Uuid::new_v4().simple().to_string();
    text.truncate(length);
    text
}
