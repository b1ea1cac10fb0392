//! The client of the event socket (`mod_event_socket`, inbound): commands, and what happens on the server.

mod event;
mod frame;
mod reply;

pub(super) use event::Event;

/// Does with `bytes` all that is done with what an event socket sends: cuts them into frames, and reads the events. For
/// fuzzing: it must neither panic nor take memory beyond a small multiple of `bytes`.
///
/// Tells how many frames there were.
#[must_use]
pub fn probe(bytes: &[u8]) -> usize {
    let mut frames = frame::Frames::default();
    let mut count = 0;
    // In pieces, as they come over a network.
    for piece in bytes.chunks(1000) {
        frames.buffer().extend_from_slice(piece);
        while let Ok(Some(frame)) = frames.take() {
            count += 1;
            match frame {
                frame::Frame::Event(json) => drop(Event::parse(&json)),
                frame::Frame::CommandReply(text) | frame::Frame::ApiResponse(text) => {
                    drop(reply::result("version", &text));
                }
                _ => {}
            }
        }
    }
    count
}
