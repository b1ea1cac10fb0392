//! Which codecs a section names.

use crate::media::sdp::Section;

/// The payload types that need no `a=rtpmap` (RFC 3551, section 6), as far as FreeSWITCH may have them.
const STATIC: [(&str, &str); 7] = [
    ("0", "pcmu"),
    ("3", "gsm"),
    ("4", "g723"),
    ("8", "pcma"),
    ("9", "g722"),
    ("18", "g729"),
    ("34", "h263"),
];

/// What is no medium by itself: digits, comfort noise, retransmission, redundancy.
const ASIDE: [&str; 6] = [
    "telephone-event",
    "cn",
    "rtx",
    "red",
    "ulpfec",
    "flexfec-03",
];

/// The names of a section's codecs, in lower case.
pub(super) fn names(section: &Section<'_>) -> Vec<String> {
    section
        .formats()
        .map(|format| name(section, format))
        .filter(|name| !ASIDE.contains(&name.as_str()))
        .collect()
}

fn name(section: &Section<'_>, format: &str) -> String {
    let mapped = section.attributes("rtpmap").find_map(|map| {
        let (number, encoding) = map.split_once(' ')?;
        (number == format).then(|| encoding.split('/').next().unwrap_or(encoding))
    });
    let fixed = || STATIC.iter().find(|(number, _)| *number == format);
    let name = mapped.or_else(|| fixed().map(|(_, name)| *name));
    name.unwrap_or(format).to_ascii_lowercase()
}

/// Whether two sections have a codec in common.
pub(super) fn have_common(one: &Section<'_>, other: &Section<'_>) -> bool {
    let others = names(other);
    names(one).iter().any(|name| others.contains(name))
}
