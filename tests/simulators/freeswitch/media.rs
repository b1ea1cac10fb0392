//! Files and tones that are played, files that are recorded, mutes and digits of a leg.

use std::path::Path;
use std::time::Duration;

use super::channel::App;
use super::world::{SOON, World, new_uuid};

/// What can be recorded to.
const EXTENSIONS: [&str; 5] = ["wav", "mp4", "mkv", "webm", "opus"];

#[derive(Debug)]
pub(super) struct Media {
    playback: Option<Playback>,
    /// Counts playbacks, so that the end of one is not taken for that of another.
    serial: u64,
    records: Vec<String>,
    /// What changes its audio: `mute` or `level`.
    change: Option<String>,
    /// As in `Application-Response`.
    pub(super) response: String,
}

#[derive(Debug)]
struct Playback {
    app: App,
    /// It plays over what runs, instead of being what runs.
    is_over: bool,
    is_paused: bool,
}

impl Default for Media {
    fn default() -> Media {
        Media {
            playback: None,
            serial: 0,
            records: Vec::new(),
            change: None,
            response: "_none_".to_owned(),
        }
    }
}

impl World {
    /// Plays over what runs, as `uuid_broadcast` does.
    pub(super) fn broadcast(&mut self, uuid: &str, source: &str) {
        self.stop_playback(uuid, "break");
        let app = App {
            name: "playback".to_owned(),
            data: source.to_owned(),
            uuid: new_uuid(),
        };
        self.tell_execute(uuid, &app);
        self.play(uuid, app, true);
    }

    pub(super) fn play(&mut self, uuid: &str, app: App, is_over: bool) {
        let duration = self.duration(&app.data);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let source = app.data.clone();
        channel.media.playback = Some(Playback {
            app,
            is_over,
            is_paused: false,
        });
        let Some(duration) = duration else {
            "FILE NOT FOUND".clone_into(&mut channel.media.response);
            return self.complete_playback(uuid);
        };
        let more = playback_headers(&source);
        self.tell_with(uuid, "PLAYBACK_START", more);
        self.play_on(uuid, duration);
    }

    fn play_on(&mut self, uuid: &str, duration: Duration) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        channel.media.serial += 1;
        let (serial, uuid) = (channel.media.serial, uuid.to_owned());
        self.later(duration, move |world| {
            let channel = world.channels.get(&uuid);
            if channel.is_some_and(|leg| leg.media.serial == serial) {
                world.stop_playback(&uuid, "done");
            }
        });
    }

    /// How long that lasts, if it is there at all.
    fn duration(&self, source: &str) -> Option<Duration> {
        if source.starts_with("tone_stream://") {
            return Some(tone(source));
        }
        let path = source.rsplit('}').next().unwrap_or(source);
        let is_there = self.files.contains(path)
            || self.options.files.iter().any(|file| file == path)
            || Path::new(path).is_file();
        is_there.then_some(self.options.media_duration)
    }

    /// Whether there is anything behind that source.
    pub(super) fn is_playable(&self, source: &str) -> bool {
        self.duration(source).is_some()
    }

    /// Ends what is played, if anything is.
    pub(super) fn stop_playback(&mut self, uuid: &str, status: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let Some(playback) = &channel.media.playback else {
            return;
        };
        let mut more = playback_headers(&playback.app.data);
        more.push(("Playback-Status", status.to_owned()));
        channel.media.serial += 1;
        "FILE PLAYED".clone_into(&mut channel.media.response);
        self.tell_with(uuid, "PLAYBACK_STOP", more);
        self.complete_playback(uuid);
    }

    fn complete_playback(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let Some(playback) = channel.media.playback.take() else {
            return;
        };
        let under = channel.app.replace(playback.app);
        let is_dead = channel.is_dead();
        self.complete(uuid);
        if playback.is_over {
            if let Some(channel) = self.channels.get_mut(uuid) {
                channel.app = under;
            }
        } else if !is_dead {
            self.run_next(uuid);
        }
    }

    /// `uuid_fileman U pause`.
    pub(super) fn control_playback(&mut self, uuid: &str, command: &str) -> String {
        let duration = self.options.media_duration;
        let Some(channel) = self.channels.get_mut(uuid) else {
            return "-ERR No such channel!\n".to_owned();
        };
        let Some(playback) = &mut channel.media.playback else {
            return "-ERR No file handle!\n".to_owned();
        };
        match command.split(':').next().unwrap_or_default() {
            "pause" => {
                playback.is_paused = !playback.is_paused;
                let is_paused = playback.is_paused;
                channel.media.serial += 1;
                if !is_paused {
                    self.play_on(uuid, duration);
                }
            }
            "seek" if !playback.is_paused => self.play_on(uuid, duration),
            "stop" => {
                let uuid = uuid.to_owned();
                self.later(SOON, move |world| world.stop_playback(&uuid, "done"));
            }
            _ => {}
        }
        "+OK\n".to_owned()
    }

    /// `uuid_record U start path`.
    pub(super) fn record(&mut self, uuid: &str, action: &str, path: &str) -> String {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return "-ERR Cannot locate session!\n".to_owned();
        };
        let records = &mut channel.media.records;
        let is_running = records.iter().any(|record| record == path);
        let file = path.rsplit('}').next().unwrap_or(path).to_owned();
        match action {
            "start" if is_recordable(path) && !is_running => {
                records.push(path.to_owned());
                self.files.insert(file);
                self.tell_with(uuid, "RECORD_START", record_headers(path));
                self.tell_with(uuid, "MEDIA_BUG_START", bug_headers("session_record", path));
            }
            "start" => return "-ERR Cannot record session!\n".to_owned(),
            "mask" | "unmask" if is_running => {}
            "mask" | "unmask" => return format!("-ERR Cannot {action} recording session!\n"),
            "stop" if path == "all" && !records.is_empty() => self.stop_records(uuid),
            "stop" if is_running => {
                records.retain(|record| record != path);
                self.tell_record_stop(uuid, path);
            }
            "stop" => return "-ERR Cannot stop record session!\n".to_owned(),
            _ => {
                let usage =
                    "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n";
                return usage.to_owned();
            }
        }
        "+OK Success\n".to_owned()
    }

    /// All recordings of a leg end.
    pub(super) fn stop_records(&mut self, uuid: &str) {
        let channel = self.channels.get_mut(uuid);
        let records = channel.map(|leg| std::mem::take(&mut leg.media.records));
        for path in records.unwrap_or_default() {
            self.tell_record_stop(uuid, &path);
        }
    }

    fn tell_record_stop(&mut self, uuid: &str, path: &str) {
        let mut more = record_headers(path);
        more.push(("Record-Completion-Cause", "success-maxtime".to_owned()));
        more.push(("variable_record_ms", "1000".to_owned()));
        self.tell_with(uuid, "RECORD_STOP", more);
        self.tell_with(uuid, "MEDIA_BUG_STOP", bug_headers("session_record", path));
    }

    /// `uuid_audio U start read mute -1`, as what is behind the leg.
    pub(super) fn audio(&mut self, uuid: &str, arguments: &[&str]) -> String {
        const USAGE: &str = "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n";
        let Some(channel) = self.channels.get_mut(uuid) else {
            return "-ERR No such channel!\n".to_owned();
        };
        match arguments {
            ["start", "read" | "write", kind @ ("mute" | "level"), level]
                if level.parse::<i32>().is_ok() =>
            {
                // A second change joins the first.
                if channel.media.change.is_none() {
                    channel.media.change = Some((*kind).to_owned());
                    self.tell_with(uuid, "MEDIA_BUG_START", bug_headers("audio", kind));
                }
            }
            ["stop"] => {
                if let Some(kind) = channel.media.change.take() {
                    self.tell_with(uuid, "MEDIA_BUG_STOP", bug_headers("audio", &kind));
                }
            }
            _ => return USAGE.to_owned(),
        }
        "+OK\n".to_owned()
    }

    /// A leg has sent digits.
    pub(super) fn digits(&mut self, uuid: &str, digits: &str, source: &str) {
        let (digits, duration) = digits.split_once('@').unwrap_or((digits, "250"));
        let samples = duration.parse::<u32>().unwrap_or(250) * 8;
        for digit in digits.chars() {
            let more = vec![
                ("DTMF-Digit", digit.to_string()),
                ("DTMF-Duration", samples.to_string()),
                ("DTMF-Source", source.to_owned()),
            ];
            self.tell_with(uuid, "DTMF", more);
        }
    }
}

fn playback_headers(source: &str) -> Vec<(&'static str, String)> {
    let path = ("Playback-File-Path", source.to_owned());
    if source.starts_with("tone_stream://") {
        vec![("Playback-File-Type", "tone_stream".to_owned()), path]
    } else {
        vec![path]
    }
}

fn record_headers(path: &str) -> Vec<(&'static str, String)> {
    vec![("Record-File-Path", path.to_owned())]
}

fn bug_headers(function: &str, target: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Media-Bug-Function", function.to_owned()),
        ("Media-Bug-Target", target.to_owned()),
    ]
}

fn is_recordable(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// How long `tone_stream://%(1000,0,900);loops=2` lasts: as many times its sound and its silence.
fn tone(source: &str) -> Duration {
    let after = |sign: &str| source.split_once(sign).map_or("", |(_, rest)| rest);
    let times = after("%(").split(')').next().unwrap_or_default();
    let times = times.split(',').take(2);
    let once: u64 = times.filter_map(|time| time.parse::<u64>().ok()).sum();
    let loops = after("loops=").parse::<i64>().unwrap_or(1);
    match u64::try_from(loops) {
        Ok(loops) => Duration::from_millis(once * loops),
        Err(_) => Duration::from_secs(86_400),
    }
}
