//! Which way media flows (RFC 3264, section 6.1).

/// Which way media may flow, seen from the side that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    /// To the other side.
    pub send: bool,
    /// From the other side.
    pub receive: bool,
}

impl Direction {
    /// Both ways: `sendrecv`.
    pub const BOTH: Self = Self {
        send: true,
        receive: true,
    };
    /// `sendonly`.
    pub const SEND: Self = Self {
        send: true,
        receive: false,
    };
    /// `recvonly`.
    pub const RECEIVE: Self = Self {
        send: false,
        receive: true,
    };
    /// `inactive`.
    pub const NONE: Self = Self {
        send: false,
        receive: false,
    };

    /// The attribute's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match (self.send, self.receive) {
            (true, true) => "sendrecv",
            (true, false) => "sendonly",
            (false, true) => "recvonly",
            (false, false) => "inactive",
        }
    }

    /// What the lines of `text` say, if they do.
    pub(super) fn said_in(text: &str) -> Option<Self> {
        let all = [Self::BOTH, Self::SEND, Self::RECEIVE, Self::NONE];
        text.lines().find_map(|line| {
            let name = line.strip_prefix("a=")?.trim_end();
            all.into_iter().find(|direction| direction.as_str() == name)
        })
    }

    /// What remains of it when the other side says `theirs`.
    #[must_use]
    pub const fn limited_by(self, theirs: Self) -> Self {
        Self {
            send: self.send && theirs.receive,
            receive: self.receive && theirs.send,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_mirrors_its_offer() {
        let both = Direction::BOTH;
        assert_eq!(both.limited_by(Direction::SEND), Direction::RECEIVE);
        assert_eq!(both.limited_by(Direction::RECEIVE), Direction::SEND);
        assert_eq!(both.limited_by(Direction::NONE), Direction::NONE);
        assert_eq!(Direction::SEND.limited_by(Direction::SEND), Direction::NONE);
    }

    #[test]
    fn the_first_line_counts() {
        let said = Direction::said_in("m=audio 1 RTP/AVP 0\r\na=sendonly\r\na=inactive\r\n");
        assert_eq!(said, Some(Direction::SEND));
        assert_eq!(Direction::said_in("a=sendonlyish\r\n"), None);
    }
}
