//! The commands `conference …`.

use serde_json::{Value, json};

use super::command::words;
use super::room::{Member, Room};
use super::world::World;

impl World {
    /// What is behind the word `conference`.
    pub(super) fn conference(&mut self, arguments: &str) -> String {
        let words = words(arguments);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            [] => "-USAGE: <conference> <command>\n".to_owned(),
            ["list"] if self.rooms.is_empty() => "+OK No active conferences.\n".to_owned(),
            ["list"] => self.rooms.values().map(|room| self.list(room)).collect(),
            ["json_list"] => {
                let rooms = self.rooms.values().map(|room| self.described(room));
                Value::Array(rooms.collect()).to_string()
            }
            [name, ref rest @ ..] if self.rooms.contains_key(name) => self.in_room(name, rest),
            [name, ..] => format!("-ERR Conference {name} not found\n"),
        }
    }

    fn in_room(&mut self, name: &str, command: &[&str]) -> String {
        let Some(room) = self.rooms.get_mut(name) else {
            return String::new();
        };
        match *command {
            ["list" | "get", "count"] => room.members.len().to_string(),
            ["get", "uuid"] => room.uuid.clone(),
            ["list"] => self
                .rooms
                .get(name)
                .map_or_else(String::new, |room| self.list(room)),
            ["json_list"] => {
                let room = self.rooms.get(name).map(|room| self.described(room));
                json!([room]).to_string()
            }
            ["lock" | "unlock"] => {
                room.is_locked = command[0] == "lock";
                self.tell_room(name, command[0], Vec::new());
                format!("+OK {name} {}ed\n", command[0])
            }
            ["vid-layout", layout, ..] => self.lay_out(name, layout),
            ["vid-fps", fps] => format!("+OK FPS set to [{fps}.00]\n"),
            ["vid-res", resolution] => format!("+OK Resolution set to [{resolution}]\n"),
            ["vid-bandwidth", _] => "+OK Set Bandwidth\n".to_owned(),
            ["record" | "norecord" | "pause" | "resume" | "chkrecord", ..] => {
                self.record_room(name, command)
            }
            [
                "play" | "stop" | "file-vol" | "pause_play" | "file_seek",
                ..,
            ] => self.play_to_room(name, command),
            [action, whom, ref more @ ..] if is_on_members(action) => {
                self.on_members(name, action, whom, more)
            }
            [action, ..] => format!("-ERR Conference command '{action}' not found.\n"),
            [] => self
                .rooms
                .get(name)
                .map_or_else(String::new, |room| self.list(room)),
        }
    }

    fn on_members(&mut self, name: &str, action: &str, whom: &str, more: &[&str]) -> String {
        let chosen = self.rooms.get(name).map(|room| room.chosen(whom));
        let chosen = chosen.unwrap_or_default();
        let is_group = ["all", "last", "non_moderator"].contains(&whom);
        if chosen.is_empty() && !is_group {
            return format!("-ERR Non-Existant ID {whom}\n");
        }
        let told = chosen
            .into_iter()
            .map(|id| self.on_member(name, action, id, more));
        told.collect()
    }

    fn on_member(&mut self, name: &str, action: &str, id: u32, more: &[&str]) -> String {
        let value = more.first().copied().unwrap_or("0");
        let Some(member) = self.rooms.get_mut(name).and_then(|room| room.member(id)) else {
            return String::new();
        };
        let uuid = member.uuid.clone();
        let action = match action {
            "tmute" if member.speaks => "mute",
            "tmute" => "unmute",
            _ => action,
        };
        let number = value.parse().unwrap_or(0);
        match action {
            "mute" | "unmute" => member.speaks = action == "unmute",
            "deaf" | "undeaf" => member.hears = action == "undeaf",
            "vmute" | "unvmute" => member.sees = action == "unvmute",
            "volume_in" => member.volume_in = number,
            "volume_out" => member.volume_out = number,
            "energy" => member.energy = number,
            "floor" | "vid-floor" => return format!("+OK floor {id}\n"),
            "dtmf" => {
                let more = vec![("Digits", value.to_owned())];
                self.tell_member(name, id, "dtmf-member", more);
                return format!("+OK sent {value} to {id}\n");
            }
            _ => {
                self.tell_member(name, id, &format!("{action}-member"), Vec::new());
                self.later(super::world::SOON, move |world| {
                    world.leave_room(&uuid);
                    world.run_next(&uuid);
                });
                let told = if action == "kick" { "kicked" } else { "hup" };
                return format!("+OK {told} {id}\n");
            }
        }
        let (event, told) = match action {
            "volume_in" => ("volume-in", format!("+OK Volume IN {id} = {value}\n")),
            "volume_out" => ("volume-out", format!("+OK Volume OUT {id} = {value}\n")),
            "energy" => ("energy-level", format!("Energy {id} = {value}\n")),
            _ => (action, format!("+OK {action} {id}\n")),
        };
        let more = if action.starts_with("volume") {
            vec![("Volume-Level", value.to_owned())]
        } else {
            Vec::new()
        };
        self.tell_member(name, id, &format!("{event}-member"), more);
        told
    }

    fn list(&self, room: &Room) -> String {
        let line = |member: &Member| {
            let flags = [
                ("hear", member.hears),
                ("speak", member.speaks),
                ("talking", member.speaks),
                ("video", member.has_video),
                ("floor", room.floor == Some(member.id)),
                ("vid-floor", room.video_floor == Some(member.id)),
            ];
            let flags = flags.into_iter().filter(|(_, is_set)| *is_set);
            let flags: Vec<&str> = flags.map(|(flag, _)| flag).collect();
            let channel = self.channels.get(&member.uuid);
            let name = channel.map_or("", |leg| &leg.name);
            format!(
                "{};{name};{};;0000000000;{};{};{};{}\n",
                member.id,
                member.uuid,
                flags.join("|"),
                member.volume_in,
                member.volume_out,
                member.energy
            )
        };
        room.members.iter().map(line).collect()
    }

    fn described(&self, room: &Room) -> Value {
        let member = |member: &Member| {
            json!({
                "type": "caller",
                "id": member.id,
                "flags": {
                    "can_hear": member.hears,
                    "can_see": member.sees,
                    "can_speak": member.speaks,
                    "hold": false,
                    "mute_detect": false,
                    "talking": member.speaks,
                    "has_video": member.has_video,
                    "video_bridge": false,
                    "has_floor": room.floor == Some(member.id),
                    "is_moderator": false,
                    "end_conference": false,
                    "mandatory_member_end_conference": false,
                    "pass_digits": false,
                },
                "uuid": member.uuid,
                "caller_id_name": "",
                "caller_id_number": "0000000000",
                "join_time": 0,
                "last_talking": 0,
                "energy": member.energy,
                "volume_in": member.volume_in,
                "volume_out": member.volume_out,
            })
        };
        json!({
            "conference_name": room.name,
            "member_count": room.members.len(),
            "ghost_count": 0,
            "rate": if room.has_video || self.options.audio_profiles.contains(&room.profile.as_str()) { 48_000 } else { 8000 },
            "run_time": room.since.elapsed().as_secs(),
            "conference_uuid": room.uuid,
            "canvas_count": u8::from(room.has_video),
            "locked": room.is_locked,
            "destruct": false,
            "running": true,
            "answered": true,
            "dynamic": true,
            "recording": !room.records.is_empty(),
            "variables": {},
            "members": room.members.iter().map(member).collect::<Vec<_>>(),
        })
    }
}

fn is_on_members(action: &str) -> bool {
    const ACTIONS: [&str; 15] = [
        "mute",
        "unmute",
        "tmute",
        "deaf",
        "undeaf",
        "vmute",
        "unvmute",
        "volume_in",
        "volume_out",
        "energy",
        "floor",
        "vid-floor",
        "dtmf",
        "kick",
        "hup",
    ];
    ACTIONS.contains(&action)
}
