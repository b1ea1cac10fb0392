//! What the bytes of the event socket are cut into.
//!
//! A head of `Name: value` lines ends with an empty line; if it has a `Content-Length`, that many bytes follow, and the
//! next head begins at once.

use bytes::{Buf as _, Bytes, BytesMut};

/// The longest head that is taken, in bytes.
const MAX_HEAD: usize = 64 << 10;
/// The longest body that is taken, in bytes: lists of all calls are the long ones.
const MAX_BODY: usize = 32 << 20;

/// What came. Text that is not UTF-8 is mended: parts of it are what callers have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// It greets, and asks who this is.
    AuthRequest,
    /// The reply to any command but `api`: its `Reply-Text`.
    CommandReply(String),
    /// The reply to `api`: all that the command has written.
    ApiResponse(String),
    /// An event, as JSON.
    Event(Bytes),
    /// It ends the connection, in words.
    Disconnect(String),
    /// It takes no connection from this address, in words.
    Rejection(String),
    /// Anything else, by its type.
    Other(String),
}

/// Not what an event socket sends; nothing that follows can be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    /// No end of a head.
    #[error("a head of more than {MAX_HEAD} bytes")]
    Head,
    /// A body that is too long.
    #[error("a body of more than {MAX_BODY} bytes")]
    Body,
    /// No length.
    #[error("a Content-Length that is no number")]
    Length,
}

/// Bytes in, frames out.
#[derive(Debug, Default)]
pub(super) struct Frames {
    buffer: BytesMut,
    /// How far no end of a head was found.
    scanned: usize,
    /// The head whose body has not all come.
    head: Option<Head>,
}

#[derive(Debug, Default)]
struct Head {
    kind: String,
    reply: String,
    length: usize,
}

impl Frames {
    /// Where the bytes go that come.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// The next frame of what has come, if all of it has.
    ///
    /// # Errors
    /// [`Malformed`], and so again whenever it is called.
    pub(super) fn take(&mut self) -> Result<Option<Frame>, Malformed> {
        if self.head.is_none() {
            self.head = self.take_head()?;
        }
        match self.head.take() {
            Some(head) if head.length <= self.buffer.len() => {
                let body = self.buffer.split_to(head.length).freeze();
                Ok(Some(head.with(body)))
            }
            head => {
                self.head = head;
                Ok(None)
            }
        }
    }

    fn take_head(&mut self) -> Result<Option<Head>, Malformed> {
        if self.scanned == 0 {
            let blank = self.buffer.iter().take_while(|b| **b == b'\n').count();
            self.buffer.advance(blank);
        }
        let unseen = &self.buffer[self.scanned..];
        let Some(at) = unseen.windows(2).position(|pair| pair == b"\n\n") else {
            self.scanned = self.buffer.len().saturating_sub(1);
            return if self.scanned > MAX_HEAD {
                Err(Malformed::Head)
            } else {
                Ok(None)
            };
        };
        let end = self.scanned + at;
        if end > MAX_HEAD {
            return Err(Malformed::Head);
        }
        let head = Head::parse(&self.buffer[..end])?;
        self.buffer.advance(end + 2);
        self.scanned = 0;
        Ok(Some(head))
    }
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut head = Self::default();
        for line in String::from_utf8_lossy(bytes).lines() {
            // What the server repeats of a command may have had more than one line.
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("Content-Type") {
                value.clone_into(&mut head.kind);
            } else if name.eq_ignore_ascii_case("Reply-Text") {
                value.clone_into(&mut head.reply);
            } else if name.eq_ignore_ascii_case("Content-Length") {
                head.length = value.parse().map_err(|_| Malformed::Length)?;
            }
        }
        if head.length > MAX_BODY {
            return Err(Malformed::Body);
        }
        Ok(head)
    }

    fn with(self, body: Bytes) -> Frame {
        let text = || String::from_utf8_lossy(&body).into_owned();
        match self.kind.as_str() {
            "auth/request" => Frame::AuthRequest,
            "command/reply" => Frame::CommandReply(self.reply),
            "api/response" => Frame::ApiResponse(text()),
            "text/event-json" => Frame::Event(body),
            "text/disconnect-notice" => Frame::Disconnect(text()),
            "text/rude-rejection" => Frame::Rejection(text()),
            _ => Frame::Other(self.kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RECORDED: &[u8] = include_bytes!("../../../../fuzz/corpus/esl/session");

    /// All frames of bytes that come in pieces that end there.
    fn frames(bytes: &[u8], ends: &[usize]) -> (Vec<Frame>, Option<Malformed>) {
        let mut parser = Frames::default();
        let mut taken = Vec::new();
        let mut from = 0;
        for end in ends.iter().copied().chain([bytes.len()]) {
            parser.buffer().extend_from_slice(&bytes[from..end]);
            from = end;
            loop {
                match parser.take() {
                    Ok(Some(frame)) => taken.push(frame),
                    Ok(None) => break,
                    Err(malformed) => return (taken, Some(malformed)),
                }
            }
        }
        (taken, None)
    }

    #[test]
    fn a_session_is_cut_into_its_frames() {
        let (frames, malformed) = frames(RECORDED, &[]);
        assert_eq!((frames.len(), malformed), (25, None));
        assert_eq!(frames[0], Frame::AuthRequest);
        assert_eq!(frames[1], Frame::CommandReply("+OK accepted".into()));
        let unknown = "-ERR nosuchapi Command not found!\n".to_owned();
        assert!(frames.contains(&Frame::ApiResponse(unknown)));
        let events = frames.iter().filter(|f| matches!(f, Frame::Event(_)));
        assert_eq!(events.count(), 4);
        assert!(matches!(frames.last(), Some(Frame::Disconnect(words)) if words.ends_with('\n')));
    }

    #[test]
    fn what_is_too_much_is_malformed() {
        let long = format!("Reply-Text: {}", "a".repeat(MAX_HEAD));
        let cases = [
            (long.clone(), Malformed::Head),
            (format!("{long}\n\n"), Malformed::Head),
            (
                format!("Content-Length: {}\n\n", MAX_BODY + 1),
                Malformed::Body,
            ),
            ("Content-Length: -1\n\n".into(), Malformed::Length),
            ("Content-Length: 1e3\n\n".into(), Malformed::Length),
        ];
        for (bytes, expected) in cases {
            assert_eq!(frames(bytes.as_bytes(), &[]), (vec![], Some(expected)));
        }
    }

    #[test]
    fn what_has_not_all_come_is_awaited() {
        let whole = b"Content-Type: api/response\nContent-Length: 4\n\ntrue";
        for end in 0..whole.len() {
            assert_eq!(frames(&whole[..end], &[]), (vec![], None), "{end}");
        }
        let only = Frame::ApiResponse("true".into());
        assert_eq!(frames(whole, &[]), (vec![only], None));
    }

    /// Byte by byte, the longest head and a long body: nothing is looked at again and again.
    #[test]
    fn long_heads_and_bodies_take_no_time() {
        let mut bytes = format!("X: {}\n", "a".repeat(MAX_HEAD - 100)).into_bytes();
        let body = 1 << 20;
        bytes.extend(format!("Content-Type: api/response\nContent-Length: {body}\n\n").bytes());
        bytes.resize(bytes.len() + body, b'\n');
        let begun = std::time::Instant::now();
        let ends: Vec<usize> = (0..bytes.len()).collect();
        assert_eq!(frames(&bytes, &ends).0.len(), 1);
        assert!(begun.elapsed().as_secs() < 10);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_frames(mut ends in prop::collection::vec(0..RECORDED.len(), 0..60)) {
            ends.sort_unstable();
            prop_assert_eq!(frames(RECORDED, &ends), frames(RECORDED, &[]));
        }

        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..2000), ends in prop::collection::vec(0..2000_usize, 0..20)) {
            let mut ends: Vec<usize> = ends.into_iter().filter(|end| *end < bytes.len()).collect();
            ends.sort_unstable();
            prop_assert_eq!(frames(&bytes, &ends), frames(&bytes, &[]));
        }

        /// As before, of what looks like the real thing.
        #[test]
        fn no_lines_are_too_much(lines in prop::collection::vec("(Content-Length: [0-9]{0,3}|Content-Type: (api/response|command/reply)|Reply-Text: x|[a-z:]{0,9})?\n", 0..40), ends in prop::collection::vec(0..600_usize, 0..20)) {
            let bytes = lines.concat().into_bytes();
            let mut ends: Vec<usize> = ends.into_iter().filter(|end| *end < bytes.len()).collect();
            ends.sort_unstable();
            prop_assert_eq!(frames(&bytes, &ends), frames(&bytes, &[]));
        }
    }
}
