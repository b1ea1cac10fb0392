//! Log lines: text for a person at a terminal, one JSON object a line for everything else.
//!
//! A line carries the fields of the spans around it, so whatever happens inside a session's span names that session.

use std::io::{self, IsTerminal};

use serde::{Deserialize, Serialize};
use tracing::Subscriber;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Registry};

/// The shape of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text when standard error is a terminal, JSON otherwise.
    #[default]
    Auto,
    /// One line of text, coloured on a terminal.
    Text,
    /// One JSON object: `timestamp`, `level`, `target`, the event's fields, and the surrounding `spans` with theirs.
    Json,
}

impl Format {
    fn is_json(self) -> bool {
        match self {
            Self::Auto => !io::stderr().is_terminal(),
            Self::Text => false,
            Self::Json => true,
        }
    }
}

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The level is neither a level nor a list of `target=level`.
    #[error("not a log level: {0}")]
    Level(#[from] ParseError),
    /// The process has a subscriber already.
    #[error("logging was started before: {0}")]
    Installed(#[from] TryInitError),
}

/// The SIP library logs whole messages, and with them what clients' descriptions hold, at every level below.
const QUIET: &str = "rsipstack=warn";

/// Reads a level (`info`) or a list of directives (`info,mediaplane::session=debug`).
///
/// # Errors
/// The word that is neither.
pub fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    let filter = EnvFilter::builder().parse(level)?;
    Ok(filter.add_directive(QUIET.parse()?))
}

/// Sends the log lines of this process to standard error.
///
/// # Errors
/// [`Error::Level`] for a `level` that [`filter`] refuses, [`Error::Installed`] on a second call.
pub fn init(level: &str, format: Format) -> Result<(), Error> {
    subscriber(filter(level)?, format, io::stderr).try_init()?;
    Ok(())
}

/// A subscriber that writes to `writer`: what [`init`] installs, and what a test reads back.
pub fn subscriber<W>(filter: EnvFilter, format: Format, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_writer(writer);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = if format.is_json() {
        layer
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .boxed()
    } else {
        layer.with_ansi(io::stderr().is_terminal()).boxed()
    };
    Registry::default().with(layer.with_filter(filter))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, format: Format, act: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let filter = filter(level).expect("a level");
        tracing::subscriber::with_default(subscriber(filter, format, move || writer.clone()), act);
        String::from_utf8(lines.0.lock().clone()).expect("UTF-8")
    }

    #[test]
    fn a_json_line_carries_the_fields_of_its_spans() {
        let line = logged("info", Format::Json, || {
            let _session = tracing::info_span!("session", session_id = "s-1").entered();
            let _command = tracing::info_span!("command", command = "create").entered();
            tracing::info!(kind = "echo", "created");
        });
        let line: serde_json::Value = serde_json::from_str(&line).expect("one JSON object");
        assert_eq!(line["message"], "created");
        assert_eq!(line["kind"], "echo");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["spans"][0]["session_id"], "s-1");
        assert_eq!(line["spans"][1]["command"], "create");
    }

    #[test]
    fn a_text_line_carries_the_fields_of_its_spans() {
        let line = logged("info", Format::Text, || {
            let _session = tracing::info_span!("session", session_id = "s-1").entered();
            tracing::info!(kind = "echo", "created");
        });
        assert_eq!(line.lines().count(), 1);
        assert!(line.contains("s-1") && line.contains("created"), "{line}");
    }

    #[test]
    fn the_level_may_differ_by_module() {
        let lines = logged("warn,noisy=debug", Format::Text, || {
            tracing::info!("left out");
            tracing::debug!(target: "noisy", "kept");
        });
        assert!(
            lines.contains("kept") && !lines.contains("left out"),
            "{lines}"
        );
    }

    #[test]
    fn the_sip_library_tells_no_messages() {
        for level in ["trace", "info,rsipstack=trace"] {
            let lines = logged(level, Format::Text, || {
                tracing::info!(target: "rsipstack::transport::udp", "a whole message");
                tracing::warn!(target: "rsipstack::transport::udp", "a warning");
            });
            assert!(lines.contains("a warning"), "{lines}");
            assert!(!lines.contains("a whole message"), "{lines}");
        }
    }

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        assert!(filter("info,mediaplane=loud").is_err());
    }
}
