//! The commands of `api` and `bgapi`.

use serde_json::{Value, json};

use super::channel::{Channel, Job};
use super::command::{first, separated, words};
use super::event::Event;
use super::world::{SOON, World, up_time};

const NO_CHANNEL: &str = "-ERR No such channel!\n";

impl World {
    /// Does a command in the background, and tells its result.
    pub(super) fn run_job(&mut self, job: Job, refused: Option<String>) {
        if let Some(text) = refused {
            return self.job_done(job, text);
        }
        if job.command == "originate" {
            return self.originate(job);
        }
        let result = self.api(&job.command.clone(), &job.arguments.clone());
        self.job_done(job, result);
    }

    /// Does a command, and gives its result.
    pub(super) fn api(&mut self, command: &str, arguments: &str) -> String {
        match command {
            "status" => self.status(),
            "version" => format!("FreeSWITCH Version {}\n", self.options.version),
            "global_getvar" if arguments == "core_uuid" => self.core_uuid.clone(),
            "global_getvar" => String::new(),
            "show" => self.show(arguments),
            "sofia" => self.sofia(arguments),
            "conference" => self.conference(arguments),
            "hupall" => self.hang_up_all(arguments),
            "originate" => "-ERR simulated by bgapi only\n".to_owned(),
            _ if command.starts_with("uuid_") => self.on_leg(command, arguments),
            _ => format!("-ERR {command} Command not found!\n"),
        }
    }

    fn on_leg(&mut self, command: &str, arguments: &str) -> String {
        let (uuid, rest) = first(arguments);
        let words = words(rest);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let is_there = self.channels.contains_key(uuid);
        match command {
            "uuid_exists" => is_there.to_string(),
            "uuid_bridge" => self.order_bridge(uuid, rest),
            "uuid_record" => {
                let path = words.get(1).copied().unwrap_or_default();
                self.record(uuid, words.first().copied().unwrap_or_default(), path)
            }
            "uuid_broadcast" if !is_there => "-ERR invalid uuid\n".to_owned(),
            "uuid_broadcast" => self.order_broadcast(uuid, &words),
            "uuid_audio" => self.audio(uuid, &words),
            "uuid_fileman" => self.control_playback(uuid, rest),
            _ if !is_there => NO_CHANNEL.to_owned(),
            "uuid_getvar" => {
                let value = self.channels.get(uuid).and_then(|leg| leg.vars.get(rest));
                value.cloned().unwrap_or_else(|| "_undef_".to_owned())
            }
            "uuid_setvar" => self.set_variable(uuid, first(rest)),
            "uuid_setvar_multi" => {
                for pair in separated(rest, ';') {
                    let pair = pair.split_once('=').unwrap_or((&pair, ""));
                    self.set_variable(uuid, pair);
                }
                "+OK\n".to_owned()
            }
            "uuid_dump" => self.dump(uuid),
            "uuid_transfer" => self.order_transfer(uuid, &words),
            "uuid_park" => self.order(uuid, |world, uuid| {
                world.leave(uuid);
                world.park_idle(uuid);
            }),
            "uuid_kill" => {
                let cause = if rest.is_empty() {
                    "NORMAL_CLEARING"
                } else {
                    rest
                }
                .to_owned();
                self.order(uuid, move |world, uuid| world.hang_up(uuid, &cause))
            }
            "uuid_break" => self.order(uuid, |world, uuid| world.stop_playback(uuid, "break")),
            "uuid_send_dtmf" => format!("+OK {uuid} sent DTMF {rest}.\n"),
            "uuid_recv_dtmf" => {
                let digits = rest.to_owned();
                self.order(uuid, move |world, uuid| world.digits(uuid, &digits, "APP"));
                format!("+OK {uuid} received DTMF {rest}.\n")
            }
            "uuid_hold" => "+OK Success\n".to_owned(),
            _ => format!("-ERR {command} Command not found!\n"),
        }
    }

    /// It is done soon, and said to be well at once.
    fn order(&mut self, uuid: &str, act: impl FnOnce(&mut World, &str) + Send + 'static) -> String {
        let uuid = uuid.to_owned();
        self.later(SOON, move |world| act(world, &uuid));
        "+OK\n".to_owned()
    }

    fn order_bridge(&mut self, first: &str, second: &str) -> String {
        let are_there = [first, second]
            .iter()
            .all(|uuid| self.channels.contains_key(*uuid));
        if !are_there {
            return "-ERR Invalid uuid\n".to_owned();
        }
        let peer = second.to_owned();
        self.order(first, move |world, first| world.bridge(first, &peer));
        format!("+OK {second}\n")
    }

    fn order_broadcast(&mut self, uuid: &str, words: &[&str]) -> String {
        let Some((source, legs)) = words.split_first() else {
            return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n".to_owned();
        };
        let bridge = self.channels.get(uuid).and_then(|leg| leg.bridge.as_ref());
        let peer = bridge.map(|bridge| bridge.peer.clone());
        let own = Some(uuid.to_owned());
        let legs = match legs.first() {
            Some(&"bleg") => [None, peer],
            Some(&"both") => [own, peer],
            _ => [own, None],
        };
        for leg in legs.into_iter().flatten() {
            let source = (*source).to_owned();
            self.order(&leg, move |world, leg| world.broadcast(leg, &source));
        }
        "+OK Message sent\n".to_owned()
    }

    fn order_transfer(&mut self, uuid: &str, words: &[&str]) -> String {
        let (both, words) = match words {
            ["-both", rest @ ..] => (true, rest),
            _ => (false, words),
        };
        let [target, dialplan @ ..] = words else {
            return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
                .to_owned();
        };
        // Without `inline` the target is an extension, of which there is one.
        let apps = if dialplan.first() == Some(&"inline") {
            World::inline(target)
        } else if **target == *self.options.extension {
            vec![("park".to_owned(), String::new())]
        } else {
            let uuid = uuid.to_owned();
            return self.order(&uuid, |world, uuid| {
                world.hang_up(uuid, "NO_ROUTE_DESTINATION");
            });
        };
        let bridge = self.channels.get(uuid).and_then(|leg| leg.bridge.as_ref());
        let peer = bridge.map(|bridge| bridge.peer.clone()).filter(|_| both);
        self.order(uuid, move |world, uuid| {
            if peer.is_some() {
                world.part(uuid);
            }
            world.transfer(uuid, apps.clone());
            if let Some(peer) = peer {
                world.transfer(&peer, apps);
            }
        })
    }

    fn set_variable(&mut self, uuid: &str, (name, value): (&str, &str)) -> String {
        if let Some(channel) = self.channels.get_mut(uuid) {
            if value.is_empty() {
                channel.vars.remove(name);
            } else {
                channel.set(name, value);
            }
        }
        "+OK\n".to_owned()
    }

    fn dump(&mut self, uuid: &str) -> String {
        let headers = self.channels.get(uuid).map(Channel::headers);
        let event: Event = self.event("CHANNEL_DATA");
        event.extended(headers.unwrap_or_default()).json()
    }

    fn hang_up_all(&mut self, cause: &str) -> String {
        let cause = if cause.is_empty() {
            "MANAGER_REQUEST"
        } else {
            cause
        };
        let uuids: Vec<String> = self.channels.keys().cloned().collect();
        for uuid in uuids {
            let cause = cause.to_owned();
            self.order(&uuid, move |world, uuid| world.hang_up(uuid, &cause));
        }
        format!("+OK hangup all channels with cause {cause}\n")
    }

    fn status(&self) -> String {
        let up = up_time(self.since.elapsed());
        let version = self.options.version.split('~').next().unwrap_or_default();
        format!(
            "UP {up}\nFreeSWITCH (Version {version}  64bit) is ready\n{} session(s) since startup\n\
             {} session(s) - peak {}, last 5min 0 \n0 session(s) per Sec out of max 200, peak 0, last 5min 0 \n\
             {} session(s) max\nmin idle cpu 0.00/{:.2}\nCurrent Stack Size/Max 240K/8192K\n",
            self.sessions,
            self.channels.len(),
            self.channels.len(),
            self.options.max_sessions,
            self.options.idle_cpu,
        )
    }

    fn sofia(&self, arguments: &str) -> String {
        let line = "=".repeat(65);
        match arguments.split(' ').next() {
            Some("status") => format!(
                "                     Name\t   Type\t                                       Data\tState\n{line}\n                 simulated\tprofile\t          sip:mod_sofia@{}\tRUNNING ({})\n{line}\n1 profile 0 aliases\n\n",
                self.address,
                self.channels.len()
            ),
            _ => "-ERR Unknown command!\n".to_owned(),
        }
    }

    fn show(&self, what: &str) -> String {
        let live = || self.channels.values();
        match what {
            "channels as json" => rows(&live().map(row).collect::<Vec<_>>()),
            "channels count" => format!("\n{} total.\n", self.channels.len()),
            "calls as json" => {
                let is_told = |leg: &&Channel| {
                    leg.bridge.as_ref().is_none_or(|bridge| bridge.is_first)
                };
                rows(&live().filter(is_told).map(row).collect::<Vec<_>>())
            }
            "bridged_calls as json" => {
                let is_first =
                    |leg: &&Channel| leg.bridge.as_ref().is_some_and(|bridge| bridge.is_first);
                rows(&live().filter(is_first).map(row).collect::<Vec<_>>())
            }
            _ => "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|calls|detailed_calls|bridged_calls\n".to_owned(),
        }
    }
}

/// The real server leaves the rows out where there are none.
fn rows(rows: &[Value]) -> String {
    if rows.is_empty() {
        return json!({"row_count": 0}).to_string();
    }
    json!({"row_count": rows.len(), "rows": rows}).to_string()
}

fn row(channel: &Channel) -> Value {
    let app = channel.app.as_ref();
    let peer = channel.bridge.as_ref().map(|bridge| bridge.peer.as_str());
    let secure = if channel.is_connected && channel.is_webrtc {
        "srtp:dtls:AES_CM_128_HMAC_SHA1_80"
    } else {
        ""
    };
    json!({
        "uuid": channel.uuid,
        "direction": channel.direction(),
        "name": channel.name,
        "state": format!("CS_{}", channel.state),
        "ip_addr": "127.0.0.1",
        "dest": channel.destination,
        "application": app.map_or("", |app| &app.name),
        "application_data": app.map_or("", |app| &app.data),
        "dialplan": "XML",
        "context": "mediaplane",
        "secure": secure,
        "hostname": "simulated",
        "callstate": channel.call_state,
        "call_uuid": peer.map_or("", |_| channel.uuid.as_str()),
        "b_uuid": peer.unwrap_or_default(),
    })
}
