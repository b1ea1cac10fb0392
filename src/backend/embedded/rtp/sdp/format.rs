//! Payload types and what they stand for (`a=rtpmap`, `a=fmtp`).

use crate::media::{Codec, MediaKind, sdp::Section};

/// The most formats of an m-section that are looked at.
const MAX_FORMATS: usize = 64;

/// What a payload type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Codec(Codec),
    /// Tones (RFC 4733).
    TelephoneEvent,
}

/// One payload type of an m-section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) payload_type: u8,
    pub(crate) encoding: Encoding,
    pub(crate) clock_rate: u32,
    pub(crate) fmtp: Option<String>,
}

impl Format {
    pub(crate) const fn codec(&self) -> Option<Codec> {
        match self.encoding {
            Encoding::Codec(codec) => Some(codec),
            Encoding::TelephoneEvent => None,
        }
    }

    /// The formats of `section` that are known here, in its order.
    pub(super) fn all(section: &Section<'_>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for format in section.formats().take(MAX_FORMATS) {
            if let Some(format) = Self::read(section, format)
                && !found
                    .iter()
                    .any(|known| known.payload_type == format.payload_type)
            {
                found.push(format);
            }
        }
        found
    }

    fn read(section: &Section<'_>, format: &str) -> Option<Self> {
        let payload_type = format.parse().ok().filter(|pt| *pt < 128_u8)?;
        let of = |name| {
            section.attributes(name).find_map(|value: &str| {
                let (number, rest) = value.split_once(' ')?;
                (number == format).then_some(rest.trim())
            })
        };
        let (encoding, clock_rate) = match of("rtpmap") {
            Some(map) => mapped(map)?,
            None => fixed(payload_type)?,
        };
        let format = Self {
            payload_type,
            encoding,
            clock_rate,
            fmtp: of("fmtp").map(str::to_owned),
        };
        (section.kind() == Some(format.kind()) && format.is_usable()).then_some(format)
    }

    fn kind(&self) -> MediaKind {
        self.codec().map_or(MediaKind::Audio, Codec::kind)
    }

    /// Whether its parameters are those that packets are forwarded with, whoever they come from.
    fn is_usable(&self) -> bool {
        let is = |name, value: &str| self.parameter(name).is_none_or(|found| found == value);
        match self.encoding {
            // Its absence means mode 0, which a sender of fragmented units breaks (RFC 6184, 8.1).
            Encoding::Codec(Codec::H264) => self.parameter("packetization-mode") == Some("1"),
            Encoding::Codec(Codec::Vp9) => is("profile-id", "0"),
            Encoding::Codec(Codec::Av1) => is("profile", "0"),
            Encoding::Codec(_) | Encoding::TelephoneEvent => true,
        }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let mut pairs = self.fmtp.as_deref()?.split(';');
        pairs.find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The same format as an answer gives it: what describes both directions is kept, what describes the offerer's
    /// receiver is left out.
    fn answered(&self) -> Self {
        let kept = |names: &[&str]| {
            let known = names
                .iter()
                .filter_map(|name| Some((*name, self.parameter(name)?)));
            let pairs: Vec<_> = known
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            (!pairs.is_empty()).then(|| pairs.join(";"))
        };
        let fmtp = match self.encoding {
            Encoding::Codec(Codec::H264) => kept(&[
                "level-asymmetry-allowed",
                "packetization-mode",
                "profile-level-id",
            ]),
            Encoding::Codec(Codec::Opus) => kept(&["useinbandfec"]),
            Encoding::Codec(Codec::Vp9) => kept(&["profile-id"]),
            Encoding::Codec(Codec::Av1) => kept(&["profile"]),
            Encoding::Codec(_) => None,
            Encoding::TelephoneEvent => Some("0-15".to_owned()),
        };
        Self {
            fmtp,
            ..self.clone()
        }
    }

    /// The value of its `a=rtpmap`.
    pub(super) fn map(&self) -> String {
        let name = match self.encoding {
            Encoding::Codec(Codec::Opus) => return "opus/48000/2".to_owned(),
            Encoding::Codec(codec) => codec.as_str().to_ascii_uppercase(),
            Encoding::TelephoneEvent => "telephone-event".to_owned(),
        };
        format!("{name}/{}", self.clock_rate)
    }
}

/// What the value of an `a=rtpmap` after its payload type names.
fn mapped(map: &str) -> Option<(Encoding, u32)> {
    let mut words = map.split('/');
    let name = words.next()?;
    let clock_rate = words.next()?.parse().ok()?;
    if name.eq_ignore_ascii_case("telephone-event") {
        return Some((Encoding::TelephoneEvent, clock_rate));
    }
    let codec = Codec::named(name)?;
    (codec.clock_rate() == clock_rate).then_some((Encoding::Codec(codec), clock_rate))
}

/// What a payload type stands for without being mapped (RFC 3551, section 6).
fn fixed(payload_type: u8) -> Option<(Encoding, u32)> {
    let codec = match payload_type {
        0 => Codec::Pcmu,
        8 => Codec::Pcma,
        _ => return None,
    };
    Some((Encoding::Codec(codec), codec.clock_rate()))
}

/// Of the formats that are `theirs` those for an answer: `codecs`, and tones at the clock rate of one of them.
///
/// The order is theirs.
pub(crate) fn selected(theirs: &[Format], codecs: &[Codec]) -> Vec<Format> {
    let wanted = |format: &&Format| format.codec().is_some_and(|codec| codecs.contains(&codec));
    let rates: Vec<u32> = theirs.iter().filter(wanted).map(|f| f.clock_rate).collect();
    let tone = |format: &&Format| format.codec().is_none() && rates.contains(&format.clock_rate);
    let chosen = theirs
        .iter()
        .filter(|format| wanted(format) || tone(format));
    chosen.map(Format::answered).collect()
}

/// The formats of an offer of ours with `codecs`, those of another kind than `kind` left out.
pub(crate) fn offered(kind: MediaKind, codecs: &[Codec]) -> Vec<Format> {
    let mut formats: Vec<Format> = Vec::new();
    for codec in codecs.iter().filter(|codec| codec.kind() == kind) {
        if !formats.iter().any(|known| known.codec() == Some(*codec)) {
            formats.push(ours(*codec));
        }
    }
    let has = |rate| {
        formats
            .iter()
            .any(|format: &Format| format.clock_rate == rate)
    };
    let rates = [(48_000, 110), (8_000, 101)];
    let tones: Vec<Format> = rates
        .into_iter()
        .filter(|(rate, _)| kind == MediaKind::Audio && has(*rate))
        .map(|(clock_rate, payload_type)| Format {
            payload_type,
            encoding: Encoding::TelephoneEvent,
            clock_rate,
            fmtp: Some("0-15".to_owned()),
        })
        .collect();
    formats.extend(tones);
    formats
}

fn ours(codec: Codec) -> Format {
    let (payload_type, fmtp) = match codec {
        Codec::Pcmu => (0, None),
        Codec::Pcma => (8, None),
        Codec::Opus => (111, Some("minptime=10;useinbandfec=1")),
        Codec::Vp8 => (96, None),
        Codec::Vp9 => (98, Some("profile-id=0")),
        // Constrained baseline: what every decoder takes (RFC 7742, section 6.2).
        Codec::H264 => (
            102,
            Some("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        ),
        Codec::Av1 => (104, Some("profile=0")),
    };
    Format {
        payload_type,
        encoding: Encoding::Codec(codec),
        clock_rate: codec.clock_rate(),
        fmtp: fmtp.map(str::to_owned),
    }
}
