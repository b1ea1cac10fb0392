//! Mutes and digits of a leg.

use super::world::World;

/// What changes the audio of a leg.
#[derive(Debug, Default)]
pub(super) struct Audio {
    /// As it was begun: `mute` or `level`.
    change: Option<String>,
    /// What comes from its peer is silenced.
    pub(super) is_muted: bool,
}

impl World {
    /// `uuid_audio U start read mute -1`, as what is behind the leg.
    pub(super) fn audio(&mut self, uuid: &str, arguments: &[&str]) -> String {
        const USAGE: &str = "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n";
        let Some(channel) = self.channels.get_mut(uuid) else {
            return "-ERR No such channel!\n".to_owned();
        };
        match arguments {
            [
                "start",
                way @ ("read" | "write"),
                kind @ ("mute" | "level"),
                level,
            ] if level.parse::<i32>().is_ok() => {
                channel.audio.is_muted |= (*way, *kind) == ("read", "mute");
                // A second change joins the first.
                if channel.audio.change.is_none() {
                    channel.audio.change = Some((*kind).to_owned());
                    self.tell_with(uuid, "MEDIA_BUG_START", bug_headers("audio", kind));
                }
            }
            ["stop"] => {
                if let Some(kind) = std::mem::take(&mut channel.audio).change {
                    self.tell_with(uuid, "MEDIA_BUG_STOP", bug_headers("audio", &kind));
                }
            }
            _ => return USAGE.to_owned(),
        }
        "+OK\n".to_owned()
    }

    /// `uuid_buglist U`: what listens to the media of a leg, or changes them.
    pub(super) fn bugs(&self, uuid: &str) -> String {
        let Some(channel) = self.channels.get(uuid) else {
            return "-ERR no reply\n".to_owned();
        };
        let audio = channel.audio.change.iter();
        let audio = audio.map(|kind| ("audio", kind.as_str()));
        let records = channel.records.iter();
        let records = records.map(|record| ("session_record", record.path.as_str()));
        let bugs = audio.chain(records).map(|(function, target)| {
            format!(
                " <media-bug>\n  <function>{function}</function>\n  <target>{target}</target>\n  \
                 <thread-locked>0</thread-locked>\n </media-bug>\n"
            )
        });
        format!("<media-bugs>\n{}</media-bugs>\n", bugs.collect::<String>())
    }

    /// `uuid_send_dtmf U 12@100`, as what is behind the leg.
    pub(super) fn send_digits(&self, uuid: &str, digits: &str) -> String {
        let known = |sign: char| "0123456789*#ABCDabcdWwFf".contains(sign);
        let pressed = digits.split('@').next().unwrap_or_default();
        if !self.channels.contains_key(uuid) {
            "-ERR Cannot locate session!\n".to_owned()
        } else if digits.is_empty() {
            "-USAGE: <uuid> <dtmf_data>\n".to_owned()
        } else if pressed.contains(known) {
            format!("+OK {uuid} sent DTMF {digits}.\n")
        } else {
            "-ERR Operation failed\n".to_owned()
        }
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

/// What the events of something that listens to the media of a leg tell.
pub(super) fn bug_headers(function: &str, target: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Media-Bug-Function", function.to_owned()),
        ("Media-Bug-Target", target.to_owned()),
    ]
}
