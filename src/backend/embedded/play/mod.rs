//! The player: reads a file, cuts its frames into RTP packets and hands them over in real time.
//!
//! Reading order: [`open`] checks a URI ([`location`]) and looks into what it names ([`container`]) for what the client
//! takes; [`Player::start`] begins a task that reads ahead ([`reader`]) and, when a frame is due ([`clock`]), makes
//! packets of it ([`payload`], [`numbering`]).
//!
//! Pictures are sent in the order of the file. WebRTC has no B-frames: H.264 that begins with reordered pictures is
//! refused, and what turns up later is sent in the file's order with timestamps that only grow.

mod clock;
mod container;
mod location;
mod numbering;
mod payload;
mod player;
mod reader;
mod settings;
mod source;
mod stream;
mod task;
#[cfg(test)]
mod tests;

use std::{io::Cursor, sync::Arc, time::Duration};

use crate::media::Codec;

pub use player::{Player, Refused, Sink};
pub use settings::{AllowedHost, Settings};
pub use source::{Source, Track, open};

/// Does with `bytes` all that playing a file does, without the time: opens it, cuts its first frames into packets, goes
/// to its middle. For fuzzing: it must neither panic nor take memory beyond a small multiple of `bytes`.
///
/// Tells how many packets were made; none if `bytes` are no file that can be played.
#[must_use]
pub fn probe(bytes: &[u8]) -> Option<usize> {
    let file = Box::new(Cursor::new(bytes.to_vec()));
    let source = Source::of(file, Arc::from(""), 2, Codec::ALL).ok()?;
    let middle = source.duration().unwrap_or(Duration::from_secs(1)) / 2;
    let mut reader = source.reader;
    let kinds = source.tracks.iter().zip(source.payloaders);
    let mut streams: Vec<_> = kinds
        .map(|(track, payloader)| stream::Stream::new(track.codec, payloader))
        .collect();
    let mut packets = 0;
    for seek in [false, true] {
        if seek && reader.seek(middle, 0).is_err() {
            break;
        }
        for _ in 0..4 {
            let Ok(batch) = reader.read() else { break };
            for unit in batch.units {
                let stream = streams
                    .iter_mut()
                    .find(|stream| stream.kind() == unit.kind)?;
                packets += stream.packets(unit.frame, unit.at).len();
            }
        }
        packets += streams
            .iter_mut()
            .map(|stream| stream.repeat().len())
            .sum::<usize>();
    }
    Some(packets)
}
