//! Files and tones that are played to a leg: as what runs on it, or over that.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::channel::App;
use super::world::{SOON, World, new_uuid};

/// What a leg plays.
#[derive(Debug, Default)]
pub(super) struct Player {
    /// The last one plays; what it was begun over goes on after it.
    playing: Vec<Playback>,
    /// What is played over what runs when the one before is through.
    waiting: VecDeque<App>,
    /// Counts what changes the end of what plays, so that no end is taken for another.
    serial: u64,
}

#[derive(Debug)]
struct Playback {
    app: App,
    /// It plays over what runs, instead of being what runs.
    is_over: bool,
    length: Duration,
    /// Where it was last, and since when it has gone on; none while it is halted.
    position: Duration,
    since: Option<Instant>,
}

impl Playback {
    fn position(&self) -> Duration {
        self.position + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn go_on(&mut self) {
        self.since = Some(Instant::now());
    }

    fn halt(&mut self) {
        self.position = self.position();
        self.since = None;
    }

    /// Goes to `1500`, or by `+1500` or `-1500`, in milliseconds.
    fn seek(&mut self, to: &str) {
        let by = to.trim_start_matches(['+', '-']).parse().unwrap_or(0);
        let by = Duration::from_millis(by);
        self.position = match to.chars().next() {
            Some('+') => self.position() + by,
            Some('-') => self.position().saturating_sub(by),
            _ => by,
        };
        self.since = self.since.map(|_| Instant::now());
    }
}

impl World {
    /// Plays over what runs, as `uuid_broadcast` does: after what plays over it already.
    pub(super) fn broadcast(&mut self, uuid: &str, source: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let app = App {
            name: "playback".to_owned(),
            data: source.to_owned(),
            uuid: new_uuid(),
        };
        if channel.player.playing.last().is_some_and(|it| it.is_over) {
            channel.player.waiting.push_back(app);
            return;
        }
        self.play_over(uuid, app);
    }

    fn play_over(&mut self, uuid: &str, app: App) {
        self.begin(uuid, &app);
        self.play(uuid, app, true);
    }

    pub(super) fn play(&mut self, uuid: &str, app: App, is_over: bool) {
        let length = self.length(&app.data);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        if let Some(under) = channel.player.playing.last_mut() {
            under.halt();
        }
        let source = app.data.clone();
        channel.player.playing.push(Playback {
            app,
            is_over,
            length: length.unwrap_or_default(),
            position: Duration::ZERO,
            since: Some(Instant::now()),
        });
        if length.is_none() {
            self.end_playback(uuid, "FILE NOT FOUND");
            return self.go_on(uuid, is_over);
        }
        self.tell_with(uuid, "PLAYBACK_START", playback_headers(&source));
        self.watch_end(uuid);
    }

    /// What plays ends when it is through, unless that changes.
    fn watch_end(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        channel.player.serial += 1;
        let serial = channel.player.serial;
        let playing = channel.player.playing.last();
        let Some(playing) = playing.filter(|playing| playing.since.is_some()) else {
            return;
        };
        let left = playing.length.saturating_sub(playing.position());
        let uuid = uuid.to_owned();
        self.later(left, move |world| {
            let channel = world.channels.get(&uuid);
            if channel.is_some_and(|leg| leg.player.serial == serial) {
                world.finish_playback(&uuid);
            }
        });
    }

    /// How long that lasts, if it is there at all.
    pub(super) fn length(&self, source: &str) -> Option<Duration> {
        if source.starts_with("tone_stream://") {
            return Some(tone(source));
        }
        let path = source.rsplit('}').next().unwrap_or(source);
        self.has_file(path).then_some(self.options.media_duration)
    }

    /// Whether there is such a file: pretended, recorded, or real.
    pub(super) fn has_file(&self, path: &str) -> bool {
        let is_pretended = |folder| path.starts_with(folder) && !path.contains("missing");
        self.files.contains(path)
            || self.options.media_folder.is_some_and(is_pretended)
            || self.options.files.iter().any(|file| file == path)
            || Path::new(path).exists()
    }

    /// What plays is through.
    fn finish_playback(&mut self, uuid: &str) {
        if !self.tell_playback_stop(uuid, "done") {
            return;
        }
        if let Some(is_over) = self.end_playback(uuid, "FILE PLAYED") {
            self.go_on(uuid, is_over);
        }
    }

    /// What comes after a file: the next one that waits, what it was played over, or the next application.
    fn go_on(&mut self, uuid: &str, was_over: bool) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        if !was_over {
            return self.run_next(uuid);
        }
        if let Some(next) = channel.player.waiting.pop_front() {
            return self.play_over(uuid, next);
        }
        if let Some(under) = channel.player.playing.last_mut() {
            under.go_on();
            self.watch_end(uuid);
        }
    }

    /// `uuid_break U all`: all that plays ends, and so does an echo.
    pub(super) fn break_off(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        channel.player.waiting.clear();
        let mut ends = channel.app.as_ref().is_some_and(|app| app.name == "echo");
        while self.tell_playback_stop(uuid, "break") {
            ends |= self.end_playback(uuid, "FILE PLAYED") == Some(false);
        }
        if ends {
            self.complete(uuid);
            self.run_next(uuid);
        }
    }

    /// All that plays is cut short, because its leg does something else or ends.
    pub(super) fn interrupt(&mut self, uuid: &str) {
        const ERROR: &str = "PLAYBACK ERROR";
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let is_dead = channel.is_dead();
        let response = if is_dead { "FILE PLAYED" } else { ERROR };
        let waiting = std::mem::take(&mut channel.player.waiting);
        let mut waiting = waiting.into_iter().filter(|_| !is_dead);
        while self.tell_playback_stop(uuid, "done") {
            self.end_playback(uuid, response);
            for app in waiting.by_ref() {
                self.begin(uuid, &app);
                self.respond_app(uuid, ERROR);
                self.tell_complete(uuid, &app);
            }
        }
    }

    /// Says whether anything plays that could stop.
    fn tell_playback_stop(&mut self, uuid: &str, status: &str) -> bool {
        let channel = self.channels.get(uuid);
        let Some(playing) = channel.and_then(|leg| leg.player.playing.last()) else {
            return false;
        };
        let mut more = playback_headers(&playing.app.data);
        more.push(("Playback-Status", status.to_owned()));
        self.tell_with(uuid, "PLAYBACK_STOP", more);
        true
    }

    /// Says whether what has ended was played over what runs.
    fn end_playback(&mut self, uuid: &str, response: &str) -> Option<bool> {
        self.respond_app(uuid, response);
        let channel = self.channels.get_mut(uuid)?;
        channel.player.serial += 1;
        let ended = channel.player.playing.pop()?;
        if ended.is_over {
            self.tell_complete(uuid, &ended.app);
        } else {
            self.complete(uuid);
        }
        Some(ended.is_over)
    }

    /// `uuid_fileman U pause`, `uuid_fileman U seek:1500`.
    pub(super) fn control_playback(&mut self, uuid: &str, command: &str) -> String {
        if command.is_empty() {
            return "-USAGE: <uuid> <cmd>:<val>\n".to_owned();
        }
        let Some(channel) = self.channels.get_mut(uuid) else {
            return "-ERR No such channel!\n".to_owned();
        };
        let Some(playing) = channel.player.playing.last_mut() else {
            return "-ERR No file handle!\n".to_owned();
        };
        match command.split_once(':').unwrap_or((command, "")) {
            ("pause", _) if playing.since.is_some() => playing.halt(),
            ("pause", _) => playing.go_on(),
            ("seek", to) => playing.seek(to),
            ("stop", _) => {
                let uuid = uuid.to_owned();
                self.later(SOON, move |world| world.finish_playback(&uuid));
                return "+OK\n".to_owned();
            }
            _ => {}
        }
        self.watch_end(uuid);
        "+OK\n".to_owned()
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
