//! The commands `conference <room> …`.

use std::fmt;

use super::{File, Word};

/// What is done in a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Conference {
    Layout(Word),
    /// `vmute`, or its contrary.
    MuteVideo {
        member: u32,
        muted: bool,
    },
    /// All of its members.
    Kick,
    /// Who is in it, as JSON.
    List,
    Record(File),
    StopRecording(File),
    Play(File),
    StopPlaying,
    /// How loud the file is that it plays: as it is.
    Volume,
}

impl fmt::Display for Conference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layout(layout) => write!(f, "vid-layout {layout}"),
            Self::MuteVideo { member, muted } => {
                write!(f, "{} {member}", if *muted { "vmute" } else { "unvmute" })
            }
            Self::Kick => f.write_str("kick all"),
            Self::List => f.write_str("json_list"),
            Self::Record(file) => write!(f, "record {file}"),
            Self::StopRecording(file) => write!(f, "norecord {file}"),
            Self::Play(file) => write!(f, "play {file}"),
            Self::StopPlaying => f.write_str("stop all"),
            Self::Volume => f.write_str("file-vol 0"),
        }
    }
}
