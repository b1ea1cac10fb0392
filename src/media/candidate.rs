//! ICE candidates as they are signalled (RFC 8839, RFC 8840).

use std::{fmt, sync::Arc};

/// Why a text is no candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCandidate {
    /// The text is empty.
    #[error("is empty: to say that there are no more candidates call SetCandidateEnd")]
    Empty,
    /// Longer than [`Candidate::MAX_LEN`].
    #[error("is longer than 1024 bytes")]
    TooLong,
    /// Not the `candidate` attribute of RFC 8839, section 5.1.
    #[error(
        "is no candidate line: give `candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> …` (RFC 8839, section 5.1)"
    )]
    Grammar,
    /// Neither the media id nor the index says where it belongs.
    #[error("set sdp_mid or sdp_m_line_index: one of them says which m-section it belongs to")]
    NoSection,
}

/// One ICE candidate and the m-section that it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    sdp_mid: Option<Arc<str>>,
    sdp_m_line_index: Option<u32>,
    candidate: Arc<str>,
}

impl Candidate {
    /// The longest candidate line, in bytes.
    pub const MAX_LEN: usize = 1024;

    /// Checks the grammar of `candidate`, which may begin with `a=`.
    ///
    /// # Errors
    /// [`InvalidCandidate`] if it is no candidate line or says not where it belongs.
    pub fn new(
        sdp_mid: Option<&str>,
        sdp_m_line_index: Option<u32>,
        candidate: &str,
    ) -> Result<Self, InvalidCandidate> {
        let line = candidate.trim();
        let line = line.strip_prefix("a=").unwrap_or(line);
        check(line)?;
        let sdp_mid = sdp_mid.filter(|mid| !mid.is_empty());
        if sdp_mid.is_none() && sdp_m_line_index.is_none() {
            return Err(InvalidCandidate::NoSection);
        }
        Ok(Self {
            sdp_mid: sdp_mid.map(Into::into),
            sdp_m_line_index,
            candidate: line.into(),
        })
    }

    /// The `a=mid` of its m-section.
    #[must_use]
    pub fn sdp_mid(&self) -> Option<&str> {
        self.sdp_mid.as_deref()
    }

    /// The index of its m-section, from 0.
    #[must_use]
    pub fn sdp_m_line_index(&self) -> Option<u32> {
        self.sdp_m_line_index
    }

    /// The line, beginning with `candidate:`.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.candidate
    }
}

fn check(line: &str) -> Result<(), InvalidCandidate> {
    if line.is_empty() {
        return Err(InvalidCandidate::Empty);
    }
    if line.len() > Candidate::MAX_LEN {
        return Err(InvalidCandidate::TooLong);
    }
    parse(line).ok_or(InvalidCandidate::Grammar)
}

fn parse(line: &str) -> Option<()> {
    if line.bytes().any(|b| b.is_ascii_control()) {
        return None;
    }
    let mut words = line.strip_prefix("candidate:")?.split(' ');
    let foundation = words.next()?;
    let ice_char = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    // `-` and `_` are not ice-chars, yet deployed stacks use them in foundations.
    let known = |b: u8| ice_char(b) || matches!(b, b'-' | b'_');
    if foundation.is_empty() || foundation.len() > 32 || !foundation.bytes().all(known) {
        return None;
    }
    let component: u16 = words.next()?.parse().ok()?;
    let transport = words.next()?;
    let _priority: u32 = words.next()?.parse().ok()?;
    let address = words.next()?;
    let _port: u16 = words.next()?.parse().ok()?;
    let typ = words.next()?;
    let kind = words.next()?;
    let whole = (1..=256).contains(&component)
        && !transport.is_empty()
        && !address.is_empty()
        && typ == "typ"
        && !kind.is_empty();
    whole.then_some(())
}

/// Candidates hold addresses of people: they are never printed.
impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate")
            .field("sdp_mid", &self.sdp_mid)
            .field("sdp_m_line_index", &self.sdp_m_line_index)
            .finish_non_exhaustive()
    }
}

/// What the remote side of a leg signals while it trickles (RFC 8838).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteCandidate {
    /// One more candidate.
    One(Candidate),
    /// No more candidates will come.
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ host generation 0";

    #[test]
    fn takes_what_browsers_send() {
        for line in [
            HOST,
            "a=candidate:1 1 UDP 2122252543 2001:db8::1 50000 typ srflx raddr 0.0.0.0 rport 0",
            "candidate:1 2 tcp 1 4f1a.local 9 typ host tcptype active ufrag aBc+",
        ] {
            let candidate = Candidate::new(Some("0"), None, line).expect(line);
            assert!(candidate.line().starts_with("candidate:"));
        }
    }

    #[test]
    fn refuses_the_rest() {
        let new = |line: &str| Candidate::new(Some("0"), Some(0), line);
        assert_eq!(new(""), Err(InvalidCandidate::Empty));
        assert_eq!(
            new(&format!("{HOST}{}", "x".repeat(1024))),
            Err(InvalidCandidate::TooLong)
        );
        for bad in [
            "garbage",
            "candidate:1 1 udp",
            "candidate: 1 udp 1 192.0.2.7 1 typ host",
            "candidate:1 0 udp 1 192.0.2.7 1 typ host",
            "candidate:1 1 udp 1 192.0.2.7 70000 typ host",
            "candidate:1 1 udp 1 192.0.2.7 1 type host",
            "candidate:1 1 udp 1 192.0.2.7 1 typ host\r\na=evil:1",
        ] {
            assert_eq!(new(bad), Err(InvalidCandidate::Grammar), "{bad:?}");
        }
        assert_eq!(
            Candidate::new(Some(""), None, HOST),
            Err(InvalidCandidate::NoSection)
        );
    }

    #[test]
    fn never_prints_an_address() {
        let candidate = Candidate::new(Some("0"), None, HOST).expect("valid");
        assert!(!format!("{candidate:?}").contains("192.0.2.7"));
    }
}
