//! A leg: what it is, what runs on it, and how its events tell that.

use std::collections::{BTreeMap, VecDeque};

use super::audio::Audio;
use super::flow::Flow;
use super::playback::Player;
use super::record::Record;
use super::sip::Call;

/// How a value begins that is several, and what is between them.
pub(super) const ARRAY: &str = "ARRAY::";
/// As [`ARRAY`].
pub(super) const BETWEEN: &str = "|:";

/// One call leg.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) uuid: String,
    pub(super) name: String,
    pub(super) is_inbound: bool,
    /// The user part that was called.
    pub(super) destination: String,
    /// As in `Channel-State`, without `CS_`.
    pub(super) state: &'static str,
    /// As in `Channel-Call-State`.
    pub(super) call_state: &'static str,
    /// As in `Answer-State`.
    pub(super) answer_state: &'static str,
    pub(super) vars: BTreeMap<String, String>,
    /// What runs now.
    pub(super) app: Option<App>,
    /// What runs when that ends.
    pub(super) queue: VecDeque<(String, String)>,
    pub(super) bridge: Option<Bridge>,
    /// The peer of the last bridge as its events go on to tell it, until it is transferred.
    pub(super) other: Option<Bridge>,
    /// It was told that it is parked, and not yet that it is no more.
    pub(super) is_parked: bool,
    pub(super) cause: Option<String>,
    pub(super) is_webrtc: bool,
    pub(super) has_video: bool,
    pub(super) is_connected: bool,
    pub(super) audio: Audio,
    pub(super) player: Player,
    pub(super) records: Vec<Record>,
    pub(super) flow: Flow,
    /// Its SIP dialog; none of an endpoint `null`.
    pub(super) call: Option<Call>,
    /// Who waits for the end of its `originate`.
    pub(super) job: Option<Job>,
}

/// An application that runs.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) name: String,
    pub(super) data: String,
    pub(super) uuid: String,
}

/// Whom a leg is bridged with.
#[derive(Clone, Debug)]
pub(super) struct Bridge {
    pub(super) peer: String,
    /// It is the first of the two, which the events are about.
    pub(super) is_first: bool,
}

/// A `bgapi` whose result is owed.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) uuid: String,
    pub(super) command: String,
    pub(super) arguments: String,
    /// Its result is never told.
    pub(super) is_silent: bool,
}

impl Channel {
    pub(super) fn new(uuid: &str, name: String, is_inbound: bool, destination: &str) -> Channel {
        let direction = if is_inbound { "inbound" } else { "outbound" };
        let vars = [
            ("direction", direction),
            ("uuid", uuid),
            ("call_uuid", uuid),
            ("channel_name", &name),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Channel {
            uuid: uuid.to_owned(),
            name,
            is_inbound,
            destination: destination.to_owned(),
            state: "INIT",
            call_state: "DOWN",
            answer_state: "ringing",
            vars: BTreeMap::from(vars),
            app: None,
            queue: VecDeque::new(),
            bridge: None,
            other: None,
            is_parked: false,
            cause: None,
            is_webrtc: false,
            has_video: false,
            is_connected: false,
            audio: Audio::default(),
            player: Player::default(),
            records: Vec::new(),
            flow: Flow::default(),
            call: None,
            job: None,
        }
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.vars.insert(name.to_owned(), value.into());
    }

    /// Adds to a variable that holds all that was ever put into it.
    pub(super) fn push(&mut self, name: &str, value: String) {
        let old = self.vars.remove(name);
        let all = match old {
            None => value,
            Some(old) if old.starts_with(ARRAY) => format!("{old}{BETWEEN}{value}"),
            Some(old) => format!("{ARRAY}{old}{BETWEEN}{value}"),
        };
        self.set(name, all);
    }

    /// It is bridged from now on.
    pub(super) fn join(&mut self, bridge: Bridge) {
        self.set("signal_bond", bridge.peer.clone());
        self.bridge = Some(bridge.clone());
        self.other = Some(bridge);
    }

    /// It is bridged no more.
    pub(super) fn part(&mut self) -> Option<Bridge> {
        self.vars.remove("signal_bond");
        self.bridge.take()
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.vars.get(name).is_some_and(|value| value == "true")
    }

    pub(super) fn is_dead(&self) -> bool {
        self.cause.is_some()
    }

    pub(super) fn direction(&self) -> &'static str {
        if self.is_inbound {
            "inbound"
        } else {
            "outbound"
        }
    }

    /// What all its events tell of it, without its variables.
    pub(super) fn basics(&self) -> Vec<(String, String)> {
        let mut headers = vec![
            ("Channel-State", format!("CS_{}", self.state)),
            ("Channel-Call-State", self.call_state.to_owned()),
            ("Channel-Name", self.name.clone()),
            ("Unique-ID", self.uuid.clone()),
            ("Call-Direction", self.direction().to_owned()),
            ("Presence-Call-Direction", self.direction().to_owned()),
            ("Channel-HIT-Dialplan", self.is_inbound.to_string()),
            ("Channel-Call-UUID", self.uuid.clone()),
            ("Answer-State", self.answer_state.to_owned()),
        ];
        if let Some(cause) = &self.cause {
            headers.push(("Hangup-Cause", cause.clone()));
        }
        headers.extend([
            ("Caller-Direction", self.direction().to_owned()),
            ("Caller-Destination-Number", self.destination.clone()),
            ("Caller-Unique-ID", self.uuid.clone()),
            ("Caller-Channel-Name", self.name.clone()),
            ("Caller-Context", "mediaplane".to_owned()),
        ]);
        if let Some(bridge) = &self.other {
            let kind = if bridge.is_first {
                "originatee"
            } else {
                "originator"
            };
            headers.push(("Other-Type", kind.to_owned()));
            headers.push(("Other-Leg-Unique-ID", bridge.peer.clone()));
        }
        let headers = headers.into_iter();
        headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// What most of its events tell.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let mut headers = self.basics();
        let vars = self.vars.iter();
        headers.extend(vars.map(|(name, value)| (format!("variable_{name}"), value.clone())));
        headers
    }
}

impl App {
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let mut headers = vec![("Application".to_owned(), self.name.clone())];
        if !self.data.is_empty() {
            headers.push(("Application-Data".to_owned(), self.data.clone()));
        }
        headers.push(("Application-UUID".to_owned(), self.uuid.clone()));
        headers
    }
}
