//! Applications: what a leg does, one after the other, and how it comes to do something else.

use super::channel::{App, Channel};
use super::command::separated;
use super::world::{World, new_uuid};

/// The variable with what an application has come to.
const RESPONSE: &str = "current_application_response";

impl World {
    /// The applications in `echo,park`, or in `m:^:playback:file^park`.
    pub(super) fn inline(list: &str) -> Vec<(String, String)> {
        let chosen = list.strip_prefix("m:").and_then(|rest| {
            let by = rest.chars().next()?;
            rest[by.len_utf8()..]
                .strip_prefix(':')
                .map(|rest| (by, rest))
        });
        let (by, list) = chosen.unwrap_or((',', list));
        let apps = separated(list, by).into_iter().map(|app| {
            let (name, data) = app.split_once(':').unwrap_or((&app, ""));
            (name.to_owned(), data.to_owned())
        });
        apps.collect()
    }

    /// A leg leaves what it does for other applications.
    pub(super) fn transfer(&mut self, uuid: &str, apps: Vec<(String, String)>) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        channel.queue = apps.into();
        let is_second = channel
            .bridge
            .as_ref()
            .is_some_and(|bridge| !bridge.is_first);
        if !is_second {
            self.leave(uuid);
            self.enter_execution(uuid);
            self.run_next(uuid);
            return;
        }
        // What the peer of the first leg does is seen before that leg is told of.
        let bridge = self.channels.get_mut(uuid).and_then(Channel::part);
        self.leave(uuid);
        self.enter_execution(uuid);
        self.run_next(uuid);
        if let Some(bridge) = bridge {
            self.tell_unbridge(&bridge.peer, uuid);
            self.left_alone(&bridge.peer);
        }
    }

    fn enter_execution(&mut self, uuid: &str) {
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.state = "EXECUTE";
            channel.other = None;
        }
    }

    /// A leg ends what it does.
    pub(super) fn leave(&mut self, uuid: &str) {
        self.pass_time(uuid);
        self.interrupt(uuid);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        if let Some(bridge) = channel.part() {
            if bridge.is_first {
                self.left_alone(&bridge.peer);
                self.tell_unbridge(uuid, &bridge.peer);
            } else {
                self.tell_unbridge(&bridge.peer, uuid);
                self.left_alone(&bridge.peer);
            }
            return;
        }
        if std::mem::take(&mut channel.is_parked) {
            self.tell_of(uuid, "CHANNEL_UNPARK");
        }
        let app = self.channels.get(uuid).and_then(|leg| leg.app.clone());
        match app.as_ref().map(|app| app.name.as_str()) {
            Some("conference") => self.leave_room(uuid),
            Some("answer") => self.answered(uuid),
            _ => {}
        }
        self.complete(uuid);
    }

    /// The application of a leg has come to its end.
    pub(super) fn complete(&mut self, uuid: &str) {
        let app = self.channels.get_mut(uuid).and_then(|leg| leg.app.take());
        if let Some(app) = app {
            self.tell_complete(uuid, &app);
        }
    }

    pub(super) fn tell_complete(&mut self, uuid: &str, app: &App) {
        let Some(channel) = self.channels.get(uuid) else {
            return;
        };
        let response = channel.vars.get(RESPONSE);
        let response = response.map_or("_none_", String::as_str).to_owned();
        let headers = channel.headers();
        let event = self
            .event("CHANNEL_EXECUTE_COMPLETE")
            .extended(headers)
            .extended(app.headers())
            .with("Application-Response", response);
        self.tell(event);
    }

    /// What the application that began last has come to, which is told of all that end after it.
    pub(super) fn respond_app(&mut self, uuid: &str, response: &str) {
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.set(RESPONSE, response);
        }
    }

    /// A leg does what is next, or is hung up.
    pub(super) fn run_next(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        match channel.queue.pop_front() {
            Some((name, data)) => self.execute(uuid, &name, &data),
            None if channel.is_dead() => {}
            None => self.hang_up(uuid, "NORMAL_CLEARING"),
        }
    }

    fn execute(&mut self, uuid: &str, name: &str, data: &str) {
        const KNOWN: [&str; 7] = [
            "answer",
            "conference",
            "echo",
            "multiset",
            "park",
            "playback",
            "set",
        ];
        if !KNOWN.contains(&name) {
            return self.hang_up(uuid, "DESTINATION_OUT_OF_ORDER");
        }
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let app = App {
            name: name.to_owned(),
            data: data.to_owned(),
            uuid: new_uuid(),
        };
        channel.app = Some(app.clone());
        self.begin(uuid, &app);
        match name {
            "answer" => self.begin_answer(uuid),
            "conference" => self.enter_room(uuid, data),
            "park" => self.park(uuid),
            "playback" => self.play(uuid, app, false),
            "set" | "multiset" => {
                let pairs = match name {
                    "set" => vec![data],
                    _ => data.split(' ').collect(),
                };
                for pair in pairs {
                    let (variable, value) = pair.split_once('=').unwrap_or((pair, ""));
                    if let Some(channel) = self.channels.get_mut(uuid) {
                        channel.set(variable, value);
                    }
                }
                self.complete(uuid);
                self.run_next(uuid);
            }
            _ => {}
        }
    }

    /// An application begins: as what runs, or over that.
    pub(super) fn begin(&mut self, uuid: &str, app: &App) {
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.vars.remove(RESPONSE);
            channel.vars.remove("current_application_data");
            channel.set("current_application", app.name.clone());
            if !app.data.is_empty() {
                channel.set("current_application_data", app.data.clone());
            }
        }
        self.tell_execute(uuid, app);
    }

    pub(super) fn tell_execute(&mut self, uuid: &str, app: &App) {
        let Some(channel) = self.channels.get(uuid) else {
            return;
        };
        let headers = channel.headers();
        let event = self
            .event("CHANNEL_EXECUTE")
            .extended(headers)
            .extended(app.headers());
        self.tell(event);
    }

    fn park(&mut self, uuid: &str) {
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.is_parked = true;
        }
        self.tell_of(uuid, "CHANNEL_PARK");
    }

    /// A leg is parked without any application: its peer has left, or that was asked for.
    pub(super) fn park_idle(&mut self, uuid: &str) {
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.state = "PARK";
            channel.app = None;
        }
        self.park(uuid);
    }

    /// A leg ends, and its peer of SIP is told so.
    pub(super) fn hang_up(&mut self, uuid: &str, cause: &str) {
        if !self.begin_end(uuid, cause) {
            return;
        }
        self.end_call(uuid, cause);
        self.end(uuid);
    }

    /// A leg ends because its peer of SIP has said so.
    pub(super) fn hung_up(&mut self, uuid: &str, cause: &str) {
        if self.begin_end(uuid, cause) {
            self.end(uuid);
        }
    }

    fn begin_end(&mut self, uuid: &str, cause: &str) -> bool {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return false;
        };
        if channel.is_dead() {
            return false;
        }
        channel.cause = Some(cause.to_owned());
        channel.answer_state = "hangup";
        channel.queue.clear();
        channel.set("hangup_cause", cause);
        channel.set("hangup_cause_q850", super::sip::q850(cause).to_string());
        true
    }

    fn end(&mut self, uuid: &str) {
        self.tell_of(uuid, "CHANNEL_HANGUP");
        self.leave(uuid);
        self.stop_records(uuid, None);
        self.count_media(uuid);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        channel.state = "REPORTING";
        channel.call_state = "HANGUP";
        channel.set("billsec", "1");
        let job = channel.job.take();
        let cause = channel.cause.clone().unwrap_or_default();
        self.tell_of(uuid, "CHANNEL_HANGUP_COMPLETE");
        if let Some(job) = job {
            self.job_done(job, format!("-ERR {cause}\n"));
        }
        self.tell_of(uuid, "CHANNEL_DESTROY");
        self.channels.remove(uuid);
    }

    /// What runs on a leg, by the name that a test gives it.
    pub(super) fn activity(channel: &Channel) -> String {
        match (&channel.bridge, &channel.app) {
            (Some(_), _) => "bridge".to_owned(),
            (None, Some(app)) => app.name.clone(),
            (None, None) if channel.is_parked => "park".to_owned(),
            (None, None) => String::new(),
        }
    }
}
