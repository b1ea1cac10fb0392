//! Rooms, who is in them, and the events by which that is told.

use tokio::time::Instant;

use super::channel::Channel;
use super::event::Event;
use super::room_media::Play;
use super::world::{World, new_uuid};

/// What all its events have as `Event-Subclass`.
const SUBCLASS: &str = "conference::maintenance";

/// One `conference`.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: String,
    pub(super) uuid: String,
    pub(super) profile: String,
    pub(super) since: Instant,
    /// Newest first, as the real server lists them.
    pub(super) members: Vec<Member>,
    pub(super) is_locked: bool,
    pub(super) layout: String,
    pub(super) floor: Option<u32>,
    pub(super) video_floor: Option<u32>,
    pub(super) records: Vec<String>,
    /// What is played, oldest first.
    pub(super) plays: Vec<Play>,
    pub(super) is_play_paused: bool,
    /// It mixes video.
    pub(super) has_video: bool,
}

/// A leg in a room.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: u32,
    pub(super) uuid: String,
    pub(super) has_video: bool,
    pub(super) hears: bool,
    pub(super) sees: bool,
    pub(super) speaks: bool,
    pub(super) energy: i32,
    pub(super) volume_in: i32,
    pub(super) volume_out: i32,
}

impl Room {
    pub(super) fn member(&mut self, id: u32) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    /// Whom `all`, `last`, `non_moderator` or an id means.
    pub(super) fn chosen(&self, whom: &str) -> Vec<u32> {
        let ids = self.members.iter().map(|member| member.id);
        match whom {
            "all" | "non_moderator" => ids.collect(),
            "last" => ids.take(1).collect(),
            _ => ids.filter(|id| id.to_string() == whom).collect(),
        }
    }
}

impl World {
    /// A leg runs `conference:ROOM@PROFILE+flags{mute}`.
    pub(super) fn enter_room(&mut self, uuid: &str, data: &str) {
        let (place, flags) = data.split_once('+').unwrap_or((data, ""));
        let (name, profile) = place.split_once('@').unwrap_or((place, "default"));
        if self.rooms.get(name).is_some_and(|room| room.is_locked) {
            self.complete(uuid);
            return self.run_next(uuid);
        }
        if !self.rooms.contains_key(name) {
            self.create_room(name, profile);
        }
        let member = self.new_member(uuid, flags.contains("mute"));
        let Some(member) = member else {
            return;
        };
        let room_uuid = self.rooms.get(name).map(|room| room.uuid.clone());
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.set("conference_name", name);
            channel.set("conference_member_id", member.id.to_string());
            channel.set("conference_uuid", room_uuid.unwrap_or_default());
        }
        let id = member.id;
        let speaks = member.speaks;
        if let Some(room) = self.rooms.get_mut(name) {
            room.members.insert(0, member);
        }
        self.tell_member(name, id, "add-member", Vec::new());
        self.give_video_floor(name);
        if speaks {
            self.tell_member(name, id, "start-talking", Vec::new());
        }
        self.give_floor(name);
    }

    fn create_room(&mut self, name: &str, profile: &str) {
        let has_video = self.options.video_profiles.contains(&profile);
        let room = Room {
            name: name.to_owned(),
            uuid: new_uuid(),
            profile: profile.to_owned(),
            since: Instant::now(),
            members: Vec::new(),
            is_locked: false,
            layout: "group:grid".to_owned(),
            floor: None,
            video_floor: None,
            records: Vec::new(),
            plays: Vec::new(),
            is_play_paused: false,
            has_video,
        };
        self.rooms.insert(name.to_owned(), room);
        self.tell_room(name, "conference-create", Vec::new());
    }

    /// A leg has one id in all the rooms that it is ever in.
    fn new_member(&mut self, uuid: &str, is_mute: bool) -> Option<Member> {
        let channel = self.channels.get(uuid)?;
        let known = channel.vars.get("conference_member_id");
        let known = known.and_then(|id| id.parse().ok());
        let has_video = channel.has_video;
        let id = known.unwrap_or_else(|| {
            self.last_member += 1;
            self.last_member
        });
        Some(Member {
            id,
            uuid: uuid.to_owned(),
            has_video,
            hears: true,
            sees: true,
            speaks: !is_mute,
            energy: 200,
            volume_in: 0,
            volume_out: 0,
        })
    }

    /// A leg is in a room no more; an empty room ends.
    pub(super) fn leave_room(&mut self, uuid: &str) {
        let is_in = |room: &&Room| room.members.iter().any(|member| member.uuid == uuid);
        let Some(name) = self
            .rooms
            .values()
            .find(is_in)
            .map(|room| room.name.clone())
        else {
            return;
        };
        let Some(room) = self.rooms.get_mut(&name) else {
            return;
        };
        let place = room.members.iter().position(|member| member.uuid == uuid);
        let Some(place) = place else {
            return;
        };
        let id = room.members[place].id;
        if room.floor == Some(id) {
            room.floor = None;
            let none = || "none".to_owned();
            let more = vec![("Old-ID", none()), ("New-ID", none())];
            self.tell_room(&name, "floor-change", more);
        }
        self.tell_removal(&name, place);
        self.complete(uuid);
        let Some(room) = self.rooms.get_mut(&name) else {
            return;
        };
        if room.video_floor == Some(id) {
            room.video_floor = None;
        }
        if room.members.is_empty() {
            self.end_room(&name);
        } else {
            self.give_video_floor(&name);
            self.give_floor(&name);
        }
    }

    fn tell_removal(&mut self, name: &str, place: usize) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let member = room.members.remove(place);
        let event = self.member_event(name, &member, "del-member");
        self.tell(event);
    }

    fn end_room(&mut self, name: &str) {
        self.end_room_plays(name, |_| true);
        let records = self.rooms.get_mut(name);
        let records = records.map(|room| std::mem::take(&mut room.records));
        for path in records.unwrap_or_default() {
            self.tell_room_record_stop(name, &path);
        }
        self.tell_room(name, "conference-destroy", Vec::new());
        self.rooms.remove(name);
    }

    fn give_video_floor(&mut self, name: &str) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let next = room.members.iter().rev().find(|member| member.has_video);
        let (None, Some(next)) = (room.video_floor, next) else {
            return;
        };
        let next = next.id;
        room.video_floor = Some(next);
        let more = vec![("Old-ID", "none".to_owned()), ("New-ID", next.to_string())];
        self.tell_room(name, "video-floor-change", more);
    }

    fn give_floor(&mut self, name: &str) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let next = room.members.last().map(|member| member.id);
        let (None, Some(next)) = (room.floor, next) else {
            return;
        };
        room.floor = Some(next);
        let more = vec![("Old-ID", "none".to_owned()), ("New-ID", next.to_string())];
        self.tell_member(name, next, "floor-change", more);
    }

    pub(super) fn tell_room_record_stop(&mut self, name: &str, path: &str) {
        let more = vec![
            ("Path", format!("{{video_time_audio=false}}{path}")),
            ("Other-Recordings", "false".to_owned()),
            ("Samples-Out", "48000".to_owned()),
            ("Samplerate", "48000".to_owned()),
            ("Milliseconds-Elapsed", "1000".to_owned()),
        ];
        self.tell_room(name, "stop-recording", more);
    }

    /// Raises an event of a room as a whole.
    pub(super) fn tell_room(&mut self, name: &str, action: &str, more: Vec<(&str, String)>) {
        let Some(event) = self.room_event(name) else {
            return;
        };
        let event = event.with("Action", action);
        self.tell(extended(event, more));
    }

    /// Raises an event of a member.
    pub(super) fn tell_member(
        &mut self,
        name: &str,
        id: u32,
        action: &str,
        more: Vec<(&str, String)>,
    ) {
        let member = self.rooms.get_mut(name).and_then(|room| room.member(id));
        let Some(member) = member.cloned() else {
            return;
        };
        let event = self.member_event(name, &member, action);
        self.tell(extended(event, more));
    }

    fn room_event(&mut self, name: &str) -> Option<Event> {
        let room = self.rooms.get(name)?;
        let headers = [
            ("Conference-Name", room.name.clone()),
            ("Conference-Domain", "simulated".to_owned()),
            ("Conference-Size", room.members.len().to_string()),
            ("Conference-Ghosts", "0".to_owned()),
            ("Conference-Profile-Name", room.profile.clone()),
            ("Conference-Unique-ID", room.uuid.clone()),
        ];
        let event = self.custom(SUBCLASS);
        Some(extended(event, headers.into()))
    }

    fn member_event(&mut self, name: &str, member: &Member, action: &str) -> Event {
        let floor = self.rooms.get(name).and_then(|room| room.floor);
        let channel = self.channels.get(&member.uuid);
        let basics = channel.map(Channel::basics).unwrap_or_default();
        let event = self
            .room_event(name)
            .unwrap_or_else(|| Event::custom(SUBCLASS));
        let more = vec![
            ("Video", member.has_video.to_string()),
            ("Hear", member.hears.to_string()),
            ("See", member.sees.to_string()),
            ("Speak", member.speaks.to_string()),
            ("Talking", member.speaks.to_string()),
            ("Mute-Detect", "false".to_owned()),
            ("Hold", "false".to_owned()),
            ("Member-ID", member.id.to_string()),
            ("Member-Type", "member".to_owned()),
            ("Member-Ghost", "false".to_owned()),
            ("Energy-Level", member.energy.to_string()),
            ("Current-Energy", "0".to_owned()),
            ("Action", action.to_owned()),
        ];
        let event = event
            .with("Floor", (floor == Some(member.id)).to_string())
            .extended(basics);
        extended(event, more)
    }
}

fn extended(event: Event, more: Vec<(&str, String)>) -> Event {
    let more = more.into_iter();
    let more = more.map(|(name, value)| (name.to_owned(), value));
    event.extended(more.collect())
}
