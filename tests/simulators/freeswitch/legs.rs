//! The commands `uuid_…`.

use super::channel::Channel;
use super::command::{first, separated, words};
use super::event::Event;
use super::world::{SOON, World, new_uuid, now};

const NO_CHANNEL: &str = "-ERR No such channel!\n";

impl World {
    /// A command `uuid_…`.
    pub(super) fn on_leg(&mut self, command: &str, arguments: &str) -> String {
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
            "uuid_buglist" => self.bugs(uuid),
            "uuid_fileman" => self.control_playback(uuid, rest),
            "uuid_send_dtmf" => self.send_digits(uuid, rest),
            "uuid_set_media_stats" if !is_there => format!("-ERR No such channel {arguments}!\n"),
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
            "uuid_set_media_stats" => {
                self.count_media(uuid);
                "+OK:\n".to_owned()
            }
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
            "uuid_break" => {
                self.break_off(uuid);
                "+OK\n".to_owned()
            }
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
    pub(super) fn order(
        &mut self,
        uuid: &str,
        act: impl FnOnce(&mut World, &str) + Send + 'static,
    ) -> String {
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
        let way = format!("{target}/mediaplane/inline");
        self.order(uuid, move |world, uuid| {
            if peer.is_some() {
                world.part(uuid);
            }
            for leg in std::iter::once(uuid).chain(peer.as_deref()) {
                world.note_way(leg, &way);
                world.transfer(leg, apps.clone());
            }
        })
    }

    fn note_way(&mut self, uuid: &str, way: &str) {
        let now = now().as_secs();
        if let Some(channel) = self.channels.get_mut(uuid) {
            let way = format!("{now}:{}:bl_xfer:{way}", new_uuid());
            channel.push("transfer_history", way);
        }
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
}
