//! The commands of `api` and `bgapi`, but for those of one leg.

use serde_json::{Value, json};

use super::channel::{Channel, Job};
use super::world::{World, up_time};

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
            "xml_locate" => self.configuration(arguments),
            "file_exists" => self.has_file(arguments).to_string(),
            "originate" => "-ERR simulated by bgapi only\n".to_owned(),
            _ if command.starts_with("uuid_") => self.on_leg(command, arguments),
            _ => format!("-ERR {command} Command not found!\n"),
        }
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
                "                     Name\t   Type\t                                       Data\tState\n{line}\n{:>25}\tprofile\t          sip:mod_sofia@{}\tRUNNING ({})\n{line}\n1 profile 0 aliases\n\n",
                self.options.profile,
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
