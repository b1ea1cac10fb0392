//! What is recorded of a room, and played to it.

use super::world::{World, new_uuid};

/// A file that is played in a room.
#[derive(Debug)]
pub(super) struct Play {
    uuid: String,
    /// One member alone; else all.
    to: Option<u32>,
    source: String,
}

impl World {
    /// `record`, `norecord`, `pause`, `resume` and `chkrecord`.
    pub(super) fn record_room(&mut self, name: &str, command: &[&str]) -> String {
        let Some(room) = self.rooms.get_mut(name) else {
            return String::new();
        };
        match *command {
            ["record", path, ..] => {
                room.records.push(path.to_owned());
                let file = path.rsplit('}').next().unwrap_or(path);
                self.files.insert(file.to_owned());
                let path_told = format!("{{video_time_audio=false}}{path}");
                self.tell_room(name, "start-recording", vec![("Path", path_told)]);
                format!("+OK Record file {path} canvas 1\n")
            }
            ["chkrecord"] if room.records.is_empty() => "-ERR No recordings\n".to_owned(),
            ["chkrecord"] => {
                let paths = room.records.iter();
                let told = paths.map(|path| format!("+OK Record file {path}\n"));
                told.collect()
            }
            [action @ ("pause" | "resume"), path] => {
                let more = vec![
                    ("Path", path.to_owned()),
                    ("Other-Recordings", "true".to_owned()),
                ];
                self.tell_room(name, &format!("{action}-recording"), more);
                let word = if action == "pause" { "Pause" } else { "Resume" };
                format!("+OK {word} recording file {path}\n")
            }
            [_, path] => {
                let (ended, kept) = std::mem::take(&mut room.records)
                    .into_iter()
                    .partition(|record| path == "all" || record == path);
                room.records = kept;
                let ended: Vec<String> = ended;
                let mut told: String = ended
                    .iter()
                    .map(|path| format!("Stopped recording file {path}\n"))
                    .collect();
                for path in &ended {
                    self.tell_room_record_stop(name, path);
                }
                told.push_str("+OK Stopped recording 0 files\n");
                told
            }
            _ => "-USAGE: record <filename>\n".to_owned(),
        }
    }

    /// `play`, `stop`, `file-vol`, `pause_play` and `file_seek`.
    pub(super) fn play_to_room(&mut self, name: &str, command: &[&str]) -> String {
        let length = command.get(1).and_then(|source| self.length(source));
        let play = |to, source: &str| Play {
            uuid: new_uuid(),
            to,
            source: source.to_owned(),
        };
        let Some(room) = self.rooms.get_mut(name) else {
            return String::new();
        };
        match *command {
            ["play", source, member] => {
                let Ok(id) = member.parse::<u32>() else {
                    return format!("-ERR Non-Existant ID {member}\n");
                };
                room.plays.push(play(Some(id), source));
                self.tell_member(name, id, "play-file-member", file(source));
                format!("+OK (play) Playing file {source} to member {id}\n")
            }
            ["play", source] => {
                let mut more = file(source);
                more.push(("Async", "false".to_owned()));
                let Some(length) = length else {
                    more.push(("Error", "File could not be played".to_owned()));
                    self.tell_room(name, "play-file", more);
                    return format!("-ERR (play) File: {source} not found.\n");
                };
                let play = play(None, source);
                let uuid = play.uuid.clone();
                room.plays.push(play);
                self.tell_room(name, "play-file", more);
                let room = name.to_owned();
                self.later(length, move |world| {
                    world.end_room_plays(&room, |play| play.uuid == uuid);
                });
                format!("+OK (play) Playing file {source}\n")
            }
            ["stop", ..] => {
                let member = command.get(2).and_then(|id| id.parse().ok());
                let count = self.end_room_plays(name, |play| play.to == member);
                format!("+OK Stopped {count} files.\n")
            }
            ["file-vol", _, ..] if room.plays.iter().any(|play| play.to.is_none()) => {
                "+OK volume changed\n".to_owned()
            }
            ["file-vol", ..] => "-ERR File not playing\n".to_owned(),
            ["pause_play", ..] => {
                room.is_play_paused = !room.is_play_paused;
                let told = if room.is_play_paused {
                    "Pause"
                } else {
                    "Resume"
                };
                format!("+OK {told}\n")
            }
            ["file_seek", to, ..] => format!("+OK seek to position {to}\n"),
            _ => "-USAGE: play <file_path> [async|<member_id> [nomux]]\n".to_owned(),
        }
    }

    /// Ends what is played in a room, where it is one of these; how many they were.
    pub(super) fn end_room_plays(&mut self, name: &str, ends: impl Fn(&Play) -> bool) -> usize {
        let Some(room) = self.rooms.get_mut(name) else {
            return 0;
        };
        let plays = std::mem::take(&mut room.plays);
        let (ended, kept): (Vec<_>, Vec<_>) = plays.into_iter().partition(ends);
        room.plays = kept;
        for play in &ended {
            let more = file(&play.source);
            match play.to {
                Some(id) => self.tell_member(name, id, "play-file-member-done", more),
                None => self.tell_room(name, "play-file-done", more),
            }
        }
        ended.len()
    }
}

fn file(source: &str) -> Vec<(&'static str, String)> {
    vec![("File", source.to_owned())]
}
