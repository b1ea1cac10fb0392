//! What is recorded of a leg.

use std::time::Duration;

use tokio::time::Instant;

use super::audio::bug_headers;
use super::world::World;

/// What can be recorded to.
const EXTENSIONS: [&str; 5] = ["wav", "mp4", "mkv", "webm", "opus"];

/// A file that is written.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) path: String,
    /// How much of it there was when it last halted, and since when it has gone on.
    before: Duration,
    since: Option<Instant>,
}

impl Record {
    fn length(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn pause(&mut self) {
        self.before = self.length();
        self.since = None;
    }

    fn resume(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }
}

impl World {
    /// `uuid_record U start path`.
    pub(super) fn record(&mut self, uuid: &str, action: &str, path: &str) -> String {
        const USAGE: &str =
            "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n";
        if path.is_empty() {
            return USAGE.to_owned();
        }
        let Some(channel) = self.channels.get_mut(uuid) else {
            return "-ERR Cannot locate session!\n".to_owned();
        };
        let is_any = !channel.records.is_empty();
        let mut records = channel.records.iter_mut();
        let running = records.find(|record| record.path == path);
        match (action, running) {
            // One that runs is left as it is.
            ("start" | "mask" | "unmask", Some(_)) => {}
            ("start", None) if is_recordable(path) => self.start_record(uuid, path),
            ("start", None) => return "-ERR Cannot record session!\n".to_owned(),
            ("pause", Some(record)) => record.pause(),
            ("resume", Some(record)) => record.resume(),
            ("stop", Some(_)) => self.stop_records(uuid, Some(path)),
            ("stop", None) if path == "all" && is_any => self.stop_records(uuid, None),
            ("stop", None) => return "-ERR Cannot stop record session!\n".to_owned(),
            ("mask" | "unmask" | "pause" | "resume", None) => {
                return format!("-ERR Cannot {action} recording session!\n");
            }
            _ => return USAGE.to_owned(),
        }
        "+OK Success\n".to_owned()
    }

    fn start_record(&mut self, uuid: &str, path: &str) {
        let file = path.rsplit('}').next().unwrap_or(path).to_owned();
        self.files.insert(file);
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.records.push(Record {
                path: path.to_owned(),
                before: Duration::ZERO,
                since: Some(Instant::now()),
            });
        }
        self.tell_with(uuid, "RECORD_START", record_headers(path));
        self.tell_with(uuid, "MEDIA_BUG_START", bug_headers("session_record", path));
    }

    /// A recording of a leg ends, or all of them.
    pub(super) fn stop_records(&mut self, uuid: &str, path: Option<&str>) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let cause = if channel.is_dead() {
            "success-silence"
        } else {
            "success-maxtime"
        };
        let (ended, kept) = std::mem::take(&mut channel.records)
            .into_iter()
            .partition(|record| path.is_none_or(|path| record.path == path));
        channel.records = kept;
        let ended: Vec<Record> = ended;
        for record in ended {
            if let Some(channel) = self.channels.get_mut(uuid) {
                channel.set("record_ms", record.length().as_millis().to_string());
            }
            let mut more = record_headers(&record.path);
            more.push(("Record-Completion-Cause", cause.to_owned()));
            self.tell_with(uuid, "RECORD_STOP", more);
            let bug = bug_headers("session_record", &record.path);
            self.tell_with(uuid, "MEDIA_BUG_STOP", bug);
        }
    }
}

fn record_headers(path: &str) -> Vec<(&'static str, String)> {
    vec![("Record-File-Path", path.to_owned())]
}

fn is_recordable(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}
