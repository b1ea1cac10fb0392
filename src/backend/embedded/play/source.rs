//! What is played: a file that was checked, opened and looked into.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use super::{
    container::{Container, Fault, Medium, Track as Found},
    location,
    payload::Payloader,
    reader::{Reader, Selected},
    settings::Settings,
};
use crate::{
    error::{Error, Reason, Result},
    media::{Codec, MediaKind},
};

/// Something that can be played.
#[derive(Debug)]
pub struct Source {
    pub(super) uri: Arc<str>,
    pub(super) tracks: Vec<Track>,
    pub(super) reader: Reader,
    pub(super) payloaders: Vec<Payloader>,
}

/// One stream that a source is played as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    /// What its packets hold.
    pub codec: Codec,
}

impl Track {
    /// Whether it is heard or seen.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        self.codec.kind()
    }
}

impl Source {
    /// What it is played as: at most one audio and one video track.
    #[must_use]
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// How long one pass takes, where the file tells it.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.reader.duration()
    }

    /// Looks into `file` for what a client that takes `accepts` can be sent.
    pub(super) fn of(
        file: Box<dyn Medium>,
        uri: Arc<str>,
        loops: u32,
        accepts: &[Codec],
    ) -> Result<Self, Refusal> {
        let mut container = Container::open(file)?;
        let found = container.tracks();
        let mut source = Vec::new();
        for kind in [MediaKind::Audio, MediaKind::Video] {
            source.extend(choose(&found, kind, accepts));
        }
        if source.is_empty() {
            return Err(Refusal::Codecs(names(&found)));
        }
        let selected: Vec<Selected> = source.iter().map(Choice::selected).collect();
        container.select(
            &selected
                .iter()
                .map(|track| track.number)
                .collect::<Vec<_>>(),
        );
        for choice in source.iter().filter(|choice| choice.codec == Codec::H264) {
            if container.reorders(choice.track.number)? {
                return Err(Refusal::Reordered);
            }
        }
        let tracks = source
            .iter()
            .map(|choice| Track {
                codec: choice.codec,
            })
            .collect();
        let payloaders = source.iter().map(Choice::payloader).collect();
        let reader = Reader::new(container, selected, loops)?;
        Ok(Self {
            uri,
            tracks,
            reader,
            payloaders,
        })
    }
}

/// Why nothing of a file can be played.
#[derive(Debug)]
pub(super) enum Refusal {
    Fault(Fault),
    /// The client takes none of these.
    Codecs(String),
    /// The pictures are not in the order in which they are shown.
    Reordered,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Refusal {
    fn error(self, accepts: &[Codec]) -> Error {
        match self {
            Self::Fault(Fault::Unsupported(words)) => not_supported(words),
            Self::Fault(fault) => location::refused(fault.to_string()),
            Self::Codecs(found) => {
                let accepts: Vec<_> = accepts.iter().map(|codec| codec.as_str()).collect();
                not_supported(format!(
                    "holds {found}, and the client takes {}: play a file with one of these",
                    accepts.join(", ")
                ))
            }
            Self::Reordered => not_supported(
                "holds H.264 with B-frames, which WebRTC has no room for: encode it without them"
                    .to_owned(),
            ),
        }
    }
}

fn not_supported(words: String) -> Error {
    Error::field(Reason::NotSupported, "uri", words)
}

/// A track, and the codec that it is sent as.
struct Choice<'a> {
    track: &'a Found,
    format: &'a super::container::Format,
    codec: Codec,
}

impl Choice<'_> {
    fn selected(&self) -> Selected {
        Selected {
            number: self.track.number,
            kind: self.codec.kind(),
            frame_span: self.track.frame_span,
        }
    }

    fn payloader(&self) -> Payloader {
        Payloader::new(self.format.clone(), self.codec)
    }
}

/// The first track of `kind` that the client takes, as the codec that it likes best.
fn choose<'a>(found: &'a [Found], kind: MediaKind, accepts: &[Codec]) -> Option<Choice<'a>> {
    found.iter().find_map(|track| {
        let format = track.format.as_ref().ok()?;
        let fits = |codec: &&Codec| codec.kind() == kind && format.codecs().contains(codec);
        let codec = *accepts.iter().find(fits)?;
        Some(Choice {
            track,
            format,
            codec,
        })
    })
}

/// What a file holds, in words.
fn names(found: &[Found]) -> String {
    let mut words = String::new();
    for track in found.iter().take(8) {
        let separator = if words.is_empty() { "" } else { ", " };
        let written = match &track.format {
            Ok(format) => {
                let codecs: Vec<_> = format.codecs().iter().map(|codec| codec.as_str()).collect();
                write!(words, "{separator}{}", codecs.join(" or "))
            }
            Err(name) => write!(words, "{separator}{name}"),
        };
        written.expect("a String takes everything");
    }
    words
}

/// Opens what `uri` names, to be played `loops` times (0 = for ever) to a client that takes `accepts`.
///
/// - `file://` names a file in one of the allowed folders, after all links are followed; `http://` and `https://` an
///   allowed host, all of whose addresses are public unless the settings say otherwise. Both are checked first.
/// - Containers: WebM and Matroska (VP8, VP9, AV1, H.264, Opus), Ogg Opus, and WAV (linear PCM of 8 to 32 bits, floats,
///   µ-law, A-law; any rate and number of channels), which is sent as PCMU or PCMA, whichever `accepts` has first.
/// - Local files are read as they are played; files of web servers are fetched whole before.
///
/// *Cancel safety*: a future that is dropped leaves nothing.
///
/// # Errors
/// `INVALID_URI` for a URI that may not be played or leads to no file that can be; `NOT_SUPPORTED` for codecs that
/// cannot be sent to this client; `BACKEND_TIMEOUT` for a server that is too slow.
pub async fn open(settings: &Settings, uri: &str, loops: u32, accepts: &[Codec]) -> Result<Source> {
    let file = location::open(settings, uri).await?;
    let (uri, taken) = (Arc::from(uri), accepts.to_vec());
    let looked =
        tokio::task::spawn_blocking(move || Source::of(Box::new(file), uri, loops, &taken));
    match looked.await {
        Ok(source) => source.map_err(|refusal| refusal.error(accepts)),
        Err(_) => Err(location::refused("cannot be read")),
    }
}
