//! What a connection of the event socket says, and what it is told.

use super::channel::Job;
use super::command::{Command, first};
use super::faults::Fault;
use super::server::State;
use super::world::{ConnId, SOON, new_uuid};

/// What a connection is greeted with.
pub(super) const GREETING: &str = "Content-Type: auth/request\n\n";
const GOODBYE: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";

/// What goes out for a command.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) text: String,
    /// It was the last one.
    pub(super) is_last: bool,
}

impl Reply {
    fn command(text: &str) -> Reply {
        let text = format!("Content-Type: command/reply\nReply-Text: {text}\n\n");
        Reply {
            text,
            is_last: false,
        }
    }

    fn api(body: &str) -> Reply {
        let length = body.len();
        let text = format!("Content-Type: api/response\nContent-Length: {length}\n\n{body}");
        Reply {
            text,
            is_last: false,
        }
    }

    fn last(text: &str) -> Reply {
        let mut reply = Reply::command(text);
        let length = GOODBYE.len();
        reply.text.push_str(&format!(
            "Content-Type: text/disconnect-notice\nContent-Length: {length}\n\n{GOODBYE}"
        ));
        reply.is_last = true;
        reply
    }
}

impl State {
    /// Does a command.
    pub(super) fn command(
        &mut self,
        id: ConnId,
        command: &Command,
        fault: Option<&Fault>,
    ) -> Reply {
        let (verb, rest) = command.split();
        let is_known = self.listener(id).is_some_and(|listener| listener.is_known);
        let refused = match fault {
            Some(Fault::Refuse(text)) => Some(*text),
            _ => None,
        };
        match (verb, refused) {
            ("auth", Some(text)) => Reply::last(text),
            ("auth", None) => self.authenticate(id, rest),
            _ if !is_known => Reply::command("-ERR command not found"),
            ("bgapi", _) => self.background(command, rest, fault),
            ("api", Some(text)) => Reply::api(text),
            (_, Some(text)) => Reply::command(text),
            ("api", None) => {
                let (api, arguments) = first(rest);
                Reply::api(&self.world.api(api, arguments))
            }
            ("exit", None) => Reply::last("+OK bye"),
            ("linger" | "nolinger", None) => Reply::command("-ERR not controlling a session"),
            ("sendmsg", None) => Reply::command(&format!("-ERR invalid session id [{rest}]")),
            _ => self.subscription(id, verb, rest),
        }
    }

    fn authenticate(&mut self, id: ConnId, password: &str) -> Reply {
        if password != self.world.options.password {
            return Reply::last("-ERR invalid");
        }
        if let Some(listener) = self.listener(id) {
            listener.is_known = true;
        }
        Reply::command("+OK accepted")
    }

    fn background(&mut self, command: &Command, rest: &str, fault: Option<&Fault>) -> Reply {
        let uuid = command.header("Job-UUID");
        let uuid = uuid.map_or_else(new_uuid, str::to_owned);
        let (api, arguments) = first(rest);
        let job = Job {
            uuid: uuid.clone(),
            command: api.to_owned(),
            arguments: arguments.to_owned(),
            is_silent: fault == Some(&Fault::Silent),
        };
        let after = match fault {
            Some(Fault::Delay(after)) => *after,
            _ => SOON / 10,
        };
        let refused = match fault {
            Some(Fault::Refuse(text)) => Some((*text).to_owned()),
            _ => None,
        };
        let ends = match fault {
            Some(Fault::HangUp(session)) => Some(session.clone()),
            _ => None,
        };
        self.world.later(after, move |world| {
            world.run_job(job, refused);
            if let Some(ends) = ends {
                world.lose(&ends);
            }
        });
        let mut reply = Reply::command(&format!("+OK Job-UUID: {uuid}"));
        reply.text = format!("{}\nJob-UUID: {uuid}\n\n", reply.text.trim_end());
        reply
    }

    fn subscription(&mut self, id: ConnId, verb: &str, rest: &str) -> Reply {
        let Some(listener) = self.listener(id) else {
            return Reply::command("-ERR command not found");
        };
        match verb {
            "event" => Reply::command(listener.subscribe(rest)),
            "nixevent" => {
                listener.nix(rest);
                Reply::command("+OK events nixed")
            }
            "noevents" => {
                listener.forget_all();
                Reply::command("+OK no longer listening for events")
            }
            "filter" => Reply::command(&listener.filter(rest)),
            _ => {
                // No client means to send what is not there.
                self.world.injected = true;
                Reply::command("-ERR command not found")
            }
        }
    }
}
