//! What stands before the media: the file's kind, its index of parts, its length, its tracks.
//!
//! Each part has a fixed room, so that it can be written again when more is known.

use std::time::SystemTime;

use super::{Container, ebml};
use crate::{
    backend::embedded::record::frame::Format,
    media::{Codec, MediaKind},
};

/// The room for the index of parts: three entries of 21 bytes and their frame.
pub(super) const SEEK_ROOM: usize = 68;
/// The room for the tracks: one of audio and one of video with their codecs' parameters.
pub(super) const TRACKS_ROOM: usize = 6 * 1024;
/// The room for the length.
pub(super) const DURATION_ROOM: usize = 11;

/// `Segment`, and the ids that the index of parts points to.
pub(super) const SEGMENT: u32 = 0x1853_8067;
pub(super) const INFO: u32 = 0x1549_a966;
pub(super) const TRACKS: u32 = 0x1654_ae6b;
pub(super) const CUES: u32 = 0x1c53_bb6b;

/// The EBML header (RFC 9559, 4.5), as long for one container as for the other.
pub(super) fn ebml_header(container: Container) -> Vec<u8> {
    let (name, padded) = match container {
        Container::Webm => ("webm", 5),
        Container::Mkv => ("matroska", 1),
    };
    let mut body = Vec::new();
    ebml::unsigned(&mut body, 0x4286, 1);
    ebml::unsigned(&mut body, 0x42f7, 1);
    ebml::unsigned(&mut body, 0x42f2, 4);
    ebml::unsigned(&mut body, 0x42f3, 8);
    ebml::text(&mut body, 0x4282, name);
    ebml::unsigned(&mut body, 0x4287, 4);
    ebml::wide(&mut body, 0x4285, 2, padded);
    let mut out = Vec::new();
    ebml::element(&mut out, 0x1a45_dfa3, &body);
    out
}

/// `Info` (RFC 9559, 5.1.2); its last [`DURATION_ROOM`] bytes are room for the length.
pub(super) fn info(begun: SystemTime) -> Vec<u8> {
    let mut body = Vec::new();
    ebml::unsigned(&mut body, 0x2a_d7b1, 1_000_000);
    ebml::text(&mut body, 0x4d80, "mediaplane");
    ebml::text(&mut body, 0x5741, "mediaplane");
    if let Some(since) = since_2001(begun) {
        ebml::wide(&mut body, 0x4461, since, 8);
    }
    ebml::void(&mut body, DURATION_ROOM);
    let mut out = Vec::new();
    ebml::element(&mut out, INFO, &body);
    out
}

/// Nanoseconds since the beginning of 2001, where EBML's dates begin (RFC 8794, 7.6).
fn since_2001(time: SystemTime) -> Option<u64> {
    const FROM_1970: u64 = 978_307_200;
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let since = since.checked_sub(std::time::Duration::from_secs(FROM_1970))?;
    u64::try_from(since.as_nanos()).ok()
}

/// `Duration` (RFC 9559, 5.1.2.10), in milliseconds.
pub(super) fn duration(millis: f64) -> Vec<u8> {
    let mut out = Vec::new();
    ebml::float(&mut out, 0x4489, millis);
    out
}

/// `SeekHead` (RFC 9559, 5.1.1): where the parts are, from the segment's first byte on.
pub(super) fn seek_head(parts: [(u32, u64); 3]) -> Vec<u8> {
    let mut body = Vec::new();
    for (id, position) in parts {
        let mut seek = Vec::new();
        ebml::wide(&mut seek, 0x53ab, u64::from(id), 4);
        ebml::wide(&mut seek, 0x53ac, position, 8);
        ebml::element(&mut body, 0x4dbb, &seek);
    }
    let mut out = Vec::new();
    ebml::element(&mut out, 0x114d_9b74, &body);
    out
}

/// `Tracks` (RFC 9559, 5.1.4), numbered from 1, in all its room; none if they do not fit.
pub(super) fn tracks(tracks: &[Format]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    for (number, format) in (1..).zip(tracks) {
        ebml::element(&mut body, 0xae, &track(number, format));
    }
    let mut out = Vec::new();
    ebml::element(&mut out, TRACKS, &body);
    let rest = TRACKS_ROOM
        .checked_sub(out.len())
        .filter(|rest| *rest > 1)?;
    ebml::void(&mut out, rest);
    Some(out)
}

fn track(number: u64, format: &Format) -> Vec<u8> {
    let is_video = format.codec.kind() == MediaKind::Video;
    let mut out = Vec::new();
    ebml::unsigned(&mut out, 0xd7, number);
    ebml::unsigned(&mut out, 0x73c5, number);
    ebml::unsigned(&mut out, 0x83, if is_video { 1 } else { 2 });
    ebml::unsigned(&mut out, 0x9c, 0);
    ebml::text(&mut out, 0x22_b59c, "und");
    ebml::text(&mut out, 0x86, codec_id(format.codec));
    if !format.private.is_empty() {
        ebml::element(&mut out, 0x63a2, &format.private);
    }
    if format.codec == Codec::Opus {
        // What a decoder needs to settle after a seek (RFC 7845, 4.6): 80 ms.
        ebml::unsigned(&mut out, 0x56bb, 80_000_000);
    }
    match is_video {
        true => ebml::element(&mut out, 0xe0, &video(format)),
        false => ebml::element(&mut out, 0xe1, &audio(format.codec)),
    }
    out
}

fn video(format: &Format) -> Vec<u8> {
    let mut out = Vec::new();
    ebml::unsigned(&mut out, 0xb0, format.width.into());
    ebml::unsigned(&mut out, 0xba, format.height.into());
    out
}

fn audio(codec: Codec) -> Vec<u8> {
    let mut out = Vec::new();
    ebml::float(&mut out, 0xb5, codec.clock_rate().into());
    ebml::unsigned(&mut out, 0x9f, if codec == Codec::Opus { 2 } else { 1 });
    if codec != Codec::Opus {
        ebml::unsigned(&mut out, 0x6264, 8);
    }
    out
}

/// The codec's name in the Matroska codec mappings.
const fn codec_id(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "A_OPUS",
        Codec::Pcmu | Codec::Pcma => "A_MS/ACM",
        Codec::Vp8 => "V_VP8",
        Codec::Vp9 => "V_VP9",
        Codec::H264 => "V_MPEG4/ISO/AVC",
        Codec::Av1 => "V_AV1",
    }
}
