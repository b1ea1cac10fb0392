//! What the text of a reply means.

use crate::backend::freeswitch::error::Error;

/// Whether the text refuses, and in which words.
pub(super) fn refusal(text: &str) -> Option<&str> {
    let text = text.trim();
    let words = text
        .strip_prefix("-ERR")
        .or_else(|| text.strip_prefix("-USAGE"))?;
    Some(words.trim_start_matches(':').trim())
}

/// What a command yielded: its output without `+OK` in front and line ends behind.
///
/// # Errors
/// [`Error::Refused`] if it was refused.
pub(super) fn result(command: &'static str, text: &str) -> Result<String, Error> {
    if let Some(words) = refusal(text) {
        let message = words.to_owned();
        return Err(Error::Refused { command, message });
    }
    let text = text.trim_end_matches(['\r', '\n']);
    let done = match text.strip_prefix("+OK") {
        Some("") => "",
        Some(rest) => rest.strip_prefix(' ').unwrap_or(text),
        None => text,
    };
    Ok(done.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_what_was_written_beside_the_formalities() {
        for (text, expected) in [
            ("+OK\n", Ok("")),
            ("+OK zz\n", Ok("zz")),
            ("+OKAY\n", Ok("+OKAY")),
            ("true", Ok("true")),
            ("", Ok("")),
            ("{\"a\": \"-ERR\"}\n\n", Ok("{\"a\": \"-ERR\"}")),
            ("-ERR No such channel!\n", Err("No such channel!")),
            ("-USAGE: <uuid> [all]\n", Err("<uuid> [all]")),
            ("-ERR\n", Err("")),
        ] {
            let expected = expected.map(str::to_owned).map_err(|words| Error::Refused {
                command: "uuid_break",
                message: words.to_owned(),
            });
            assert_eq!(result("uuid_break", text), expected, "{text:?}");
        }
    }
}
