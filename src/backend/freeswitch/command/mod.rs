//! The commands of the event socket that are used (`api` and `bgapi`): the only place that writes one.
//!
//! All text of a command line comes from here, from numbers, or from a [`Word`] or a [`File`], whose alphabets hold
//! nothing that the server's parsers act on: no space, quote, comma, brace or line end can get in.

mod conference;

use std::{fmt, path::Path, time::Duration};

use uuid::Uuid;

pub(super) use conference::Conference;

/// A call on the server: the uuid of its channel, and its Call-ID.
pub(super) type Call = Uuid;

/// A word that means nothing but itself to the server: `A-Z a-z 0-9 . _ ~ - : +`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Word(String);

impl Word {
    /// Takes `text` if all of it is allowed.
    pub(super) fn new(text: &str) -> Option<Self> {
        let allowed = |b: u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-' | b':' | b'+')
        };
        let sound = (1..=300).contains(&text.len()) && text.bytes().all(allowed);
        // The server takes what begins with a dash for a flag in some places.
        (sound && !text.starts_with('-')).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a path can be part of a command line as it is: absolute, of `A-Z a-z 0-9 . _ -` and slashes, nowhere up.
pub(super) fn is_path(path: &Path) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
    path.is_absolute()
        && path.to_str().is_some_and(|text| {
            text.len() <= 512
                && text.bytes().all(allowed)
                && !text.split('/').any(|part| part == "..")
        })
}

/// A file on the server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct File(String);

impl File {
    /// Takes a path that [`is_path`].
    pub(super) fn new(path: &Path) -> Option<Self> {
        let text = path.to_str().filter(|_| is_path(path))?;
        Some(Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Tones that can be pressed (RFC 4733, section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits(String);

impl Digits {
    /// Takes `text` if all of it is `0-9 * # A-D`.
    pub(super) fn new(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_digit() || matches!(b, b'*' | b'#' | b'A'..=b'D');
        let sound = (1..=128).contains(&text.len()) && text.bytes().all(allowed);
        sound.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a call runs on the server. Whatever ends by itself is followed by `park`, so that the call does not end with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum App {
    /// Nothing.
    Park,
    /// What comes is sent back.
    Echo,
    /// A place in a conference.
    Conference { room: Word, profile: Word },
    /// A file.
    Playback(File),
}

impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Park => f.write_str("park"),
            Self::Echo => f.write_str("m:^:echo^park"),
            Self::Conference { room, profile } => {
                write!(f, "m:^:conference:{room}@{profile}^park")
            }
            Self::Playback(file) => write!(f, "m:^:playback:{file}^park"),
        }
    }
}

/// What is done with the file that a call plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fileman {
    /// Halts it, or lets it go on.
    Pause,
    /// Goes to a place, in milliseconds from the beginning.
    Seek(u64),
    /// Ends it. The server's own `uuid_break` would end an echo too.
    Stop,
}

/// What is done with a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    Start,
    Stop,
    /// Leaves out what comes from now on.
    Pause,
    Resume,
}

impl Take {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }
}

/// A variable of a call.
pub(super) type Variable = (&'static str, Word);

/// A call that the server makes to this service, so that it is the one to offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Originate {
    pub(super) call: Call,
    pub(super) webrtc: bool,
    /// The codecs to offer, as `opus`, `PCMU`, `VP8`; the profile's own if there is none.
    pub(super) codecs: Vec<&'static str>,
    pub(super) variables: Vec<Variable>,
    pub(super) profile: Word,
    /// `host:port`, and the SIP transport.
    pub(super) contact: std::net::SocketAddr,
    pub(super) transport: &'static str,
    /// How long the client may take to answer, in seconds.
    pub(super) timeout: u64,
}

impl fmt::Display for Originate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            call,
            profile,
            contact,
            transport,
            timeout,
            ..
        } = self;
        write!(f, "{{origination_uuid={call},originate_timeout={timeout}")?;
        if self.webrtc {
            f.write_str(",media_webrtc=true")?;
        }
        if !self.codecs.is_empty() {
            write!(f, ",absolute_codec_string={}", self.codecs.join("\\,"))?;
        }
        for (name, value) in &self.variables {
            write!(f, ",{name}={value}")?;
        }
        write!(
            f,
            "}}sofia/{profile}/{call}@{contact};transport={transport} &park"
        )
    }
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// A part of its configuration, as XML.
    Configuration(&'static str),
    /// Whether there is a file.
    Exists(File),
    /// All calls.
    Channels,
    /// All that is known of a call.
    Dump(Call),
    /// Sets a variable of a call.
    Set(Call, &'static str, Word),
    /// What listens in on its media, as recordings do.
    Bugs(Call),
    /// Counts its media into its variables.
    MediaStats(Call),
    Kill(Call),
    Transfer(Call, App),
    Bridge(Call, Call),
    /// Silences what comes from the client.
    Mute(Call),
    Unmute(Call),
    Record(Call, Take, File),
    /// Plays beside what runs.
    Broadcast(Call, File),
    Fileman(Call, Fileman),
    SendDtmf {
        call: Call,
        digits: Digits,
        each: Duration,
    },
    Conference(Word, Conference),
    Originate(Box<Originate>),
}

impl Command {
    /// Its name, for messages and metrics.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Configuration(_) => "xml_locate",
            Self::Exists(_) => "file_exists",
            Self::Channels => "show channels",
            Self::Dump(_) => "uuid_dump",
            Self::Bugs(_) => "uuid_buglist",
            Self::Set(..) => "uuid_setvar",
            Self::MediaStats(_) => "uuid_set_media_stats",
            Self::Kill(_) => "uuid_kill",
            Self::Transfer(..) => "uuid_transfer",
            Self::Bridge(..) => "uuid_bridge",
            Self::Mute(_) | Self::Unmute(_) => "uuid_audio",
            Self::Record(..) => "uuid_record",
            Self::Broadcast(..) => "uuid_broadcast",
            Self::Fileman(..) => "uuid_fileman",
            Self::SendDtmf { .. } => "uuid_send_dtmf",
            Self::Conference(..) => "conference",
            Self::Originate(_) => "originate",
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(name) => {
                write!(f, "xml_locate configuration configuration name {name}")
            }
            Self::Exists(file) => write!(f, "file_exists {file}"),
            Self::Channels => f.write_str("show channels as json"),
            Self::Bugs(call) => write!(f, "uuid_buglist {call}"),
            Self::Dump(call) => write!(f, "uuid_dump {call} json"),
            Self::Set(call, name, value) => write!(f, "uuid_setvar {call} {name} {value}"),
            Self::MediaStats(call) => write!(f, "uuid_set_media_stats {call}"),
            Self::Kill(call) => write!(f, "uuid_kill {call}"),
            Self::Transfer(call, app) => write!(f, "uuid_transfer {call} {app} inline"),
            Self::Bridge(one, other) => write!(f, "uuid_bridge {one} {other}"),
            Self::Mute(call) => write!(f, "uuid_audio {call} start read mute -1"),
            Self::Unmute(call) => write!(f, "uuid_audio {call} stop"),
            Self::Record(call, take, file) => {
                write!(f, "uuid_record {call} {} {file}", take.as_str())
            }
            Self::Broadcast(call, file) => write!(f, "uuid_broadcast {call} {file} aleg"),
            Self::Fileman(call, Fileman::Stop) => write!(f, "uuid_fileman {call} stop"),
            Self::Fileman(call, Fileman::Pause) => write!(f, "uuid_fileman {call} pause"),
            Self::Fileman(call, Fileman::Seek(ms)) => write!(f, "uuid_fileman {call} seek:{ms}"),
            Self::SendDtmf { call, digits, each } => {
                write!(f, "uuid_send_dtmf {call} {digits}@{}", each.as_millis())
            }
            Self::Conference(room, what) => write!(f, "conference {room} {what}"),
            Self::Originate(call) => write!(f, "originate {call}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the server's parsers act on, and what may stand around it.
    const HOSTILE: [&str; 14] = [
        "a b", "a\nb", "a\r\nb", "a'b", "a\"b", "a,b", "a{b", "a}b", "a[b", "a$b", "a|b", "a;b",
        "a\\b", "",
    ];

    #[test]
    fn nothing_gets_into_a_command_that_means_something_there() {
        for text in HOSTILE {
            assert_eq!(Word::new(text), None, "{text:?}");
            assert_eq!(Digits::new(text), None, "{text:?}");
            assert_eq!(File::new(Path::new(&format!("/{text} "))), None, "{text:?}");
        }
        assert_eq!(Word::new("-flag"), None);
        for path in ["relative", "/up/../here", "/a b", "/%3F"] {
            assert_eq!(File::new(Path::new(path)), None, "{path}");
        }
        assert!(Word::new("room-1_~.x").is_some());
        assert!(Digits::new("0123456789*#ABCD").is_some());
        assert!(File::new(Path::new("/srv/media/a.wav")).is_some());
    }

    #[test]
    fn commands_are_written_as_the_server_reads_them() {
        let call = Call::nil();
        let word = |text: &str| Word::new(text).expect("a word");
        let file = || File::new(Path::new("/r/a.wav")).expect("a path");
        let room = App::Conference {
            room: word("r"),
            profile: word("p"),
        };
        let id = "00000000-0000-0000-0000-000000000000";
        for (command, line) in [
            (
                Command::Transfer(call, App::Park),
                format!("uuid_transfer {id} park inline"),
            ),
            (
                Command::Transfer(call, room),
                format!("uuid_transfer {id} m:^:conference:r@p^park inline"),
            ),
            (
                Command::Record(call, Take::Pause, file()),
                format!("uuid_record {id} pause /r/a.wav"),
            ),
            (
                Command::Fileman(call, Fileman::Seek(1500)),
                format!("uuid_fileman {id} seek:1500"),
            ),
            (
                Command::Conference(word("r"), Conference::Kick),
                "conference r kick all".to_owned(),
            ),
        ] {
            assert_eq!(command.to_string(), line);
        }
        let originate = Originate {
            call,
            webrtc: true,
            codecs: vec!["opus", "VP8"],
            variables: vec![("mediaplane_session", word("s"))],
            profile: word("mediaplane"),
            contact: ([127, 0, 0, 1], 5070).into(),
            transport: "tcp",
            timeout: 60,
        };
        let line = format!(
            "originate {{origination_uuid={id},originate_timeout=60,media_webrtc=true,\
             absolute_codec_string=opus\\,VP8,mediaplane_session=s}}\
             sofia/mediaplane/{id}@127.0.0.1:5070;transport=tcp &park"
        );
        assert_eq!(Command::Originate(Box::new(originate)).to_string(), line);
    }
}
