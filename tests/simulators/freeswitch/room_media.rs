//! What is recorded of a room, and played to it.

use super::world::World;

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

    /// `play`, `stop`, `pause_play` and `file_seek`.
    pub(super) fn play_to_room(&mut self, name: &str, command: &[&str]) -> String {
        let playable = command
            .get(1)
            .is_some_and(|source| self.is_playable(source));
        let Some(room) = self.rooms.get_mut(name) else {
            return String::new();
        };
        match *command {
            ["play", source, member] => {
                let Ok(id) = member.parse::<u32>() else {
                    return format!("-ERR Non-Existant ID {member}\n");
                };
                room.plays.push((Some(id), source.to_owned()));
                self.tell_member(name, id, "play-file-member", file(source));
                format!("+OK (play) Playing file {source} to member {id}\n")
            }
            ["play", source] => {
                if playable {
                    room.plays.push((None, source.to_owned()));
                }
                let mut more = file(source);
                more.push(("Async", "false".to_owned()));
                self.tell_room(name, "play-file", more);
                if playable {
                    format!("+OK (play) Playing file {source}\n")
                } else {
                    format!("-ERR (play) File: {source} not found.\n")
                }
            }
            ["stop", ..] => {
                let member = command.get(2).and_then(|id| id.parse().ok());
                let plays = std::mem::take(&mut room.plays);
                let (ended, kept): (Vec<_>, Vec<_>) =
                    plays.into_iter().partition(|(to, _)| *to == member);
                room.plays = kept;
                let count = ended.len();
                for (to, source) in ended {
                    match to {
                        Some(id) => {
                            self.tell_member(name, id, "play-file-member-done", file(&source));
                        }
                        None => self.tell_room(name, "play-file-done", file(&source)),
                    }
                }
                format!("+OK Stopped {count} files.\n")
            }
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
}

fn file(source: &str) -> Vec<(&'static str, String)> {
    vec![("File", source.to_owned())]
}
