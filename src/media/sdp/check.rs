//! What makes a text a session description.

/// Why a text is no session description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSdp {
    /// The text is empty.
    #[error("is empty: give the SDP as your WebRTC library made it")]
    Empty,
    /// A line is not `<letter>=<value>`.
    #[error("line {0} is not of the form `<letter>=<value>` (RFC 8866, section 5)")]
    Line(usize),
    /// The first line is not `v=0`.
    #[error("does not begin with `v=0` (RFC 8866, section 5.1)")]
    Version,
    /// A mandatory line is missing.
    #[error("has no `{0}=` line before its first m-section (RFC 8866, section 5)")]
    Missing(char),
    /// An `m=` line is malformed.
    #[error(
        "line {0} is no media description `m=<media> <port> <proto> <fmt> …` (RFC 8866, section 5.14)"
    )]
    Media(usize),
    /// Two m-sections have the same `a=mid`.
    #[error("has two m-sections with `a=mid:{0}` (RFC 8843, section 7.1)")]
    DuplicateMid(String),
}

/// Finds the first fault of `text`.
pub(super) fn check(text: &str) -> Result<(), InvalidSdp> {
    if text.trim().is_empty() {
        return Err(InvalidSdp::Empty);
    }
    let mut seen = [('o', false), ('s', false), ('t', false)];
    let mut media = 0_usize;
    let mut mids: Vec<&str> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (letter, value) = split(line).ok_or(InvalidSdp::Line(number + 1))?;
        if number == 0 && (letter, value) != ('v', "0") {
            return Err(InvalidSdp::Version);
        }
        if letter == 'm' {
            media += 1;
            check_media(value).ok_or(InvalidSdp::Media(number + 1))?;
        } else if media == 0
            && let Some(entry) = seen.iter_mut().find(|entry| entry.0 == letter)
        {
            entry.1 = true;
        } else if let Some(mid) = value.strip_prefix("mid:").filter(|_| letter == 'a')
            && !mid.is_empty()
        {
            if mids.contains(&mid) {
                return Err(InvalidSdp::DuplicateMid(mid.to_owned()));
            }
            mids.push(mid);
        }
    }
    match seen.iter().find(|entry| !entry.1) {
        Some(entry) => Err(InvalidSdp::Missing(entry.0)),
        None => Ok(()),
    }
}

fn split(line: &str) -> Option<(char, &str)> {
    let (letter, value) = line.split_once('=')?;
    let mut chars = letter.chars();
    let letter = chars.next().filter(char::is_ascii_lowercase)?;
    let clean = !value.chars().any(|c| c == '\0' || c == '\r');
    (chars.next().is_none() && clean).then_some((letter, value))
}

fn check_media(value: &str) -> Option<()> {
    let mut words = value.split(' ');
    let media = words.next()?;
    let port = words.next()?.split('/').next()?;
    port.parse::<u16>().ok()?;
    let proto = words.next()?;
    let format = words.next()?;
    (!media.is_empty() && !proto.is_empty() && !format.is_empty()).then_some(())
}
