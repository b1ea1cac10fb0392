//! How the demo tells what happens: line by line as it goes, and a table at the end.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    super::{console::Console, error::Error, table},
    Failure,
};

/// What a scene yields: what was seen, in words, and what a later scene needs of it.
pub(super) type Shown<T> = Result<(String, T), Failure>;

/// What has been shown so far.
pub(super) struct Report<'c> {
    console: &'c mut Console,
    begun: Instant,
    parts: Vec<Part>,
}

/// One part of the demo.
struct Part {
    name: &'static str,
    begun: Instant,
    took: Duration,
    worked: bool,
    words: String,
}

impl<'c> Report<'c> {
    pub(super) fn new(console: &'c mut Console) -> Self {
        Self {
            console,
            begun: Instant::now(),
            parts: Vec::new(),
        }
    }

    /// Begins a part of this name, which shows that `claim`.
    pub(super) fn begin(&mut self, name: &'static str, claim: &str) -> Result<(), Error> {
        self.parts.push(Part {
            name,
            begun: Instant::now(),
            took: Duration::ZERO,
            worked: false,
            words: String::new(),
        });
        self.console.say(&format!("\n{name}: {claim}"))
    }

    /// Tells what happens. A reader who has gone is noticed at the end of the part.
    pub(super) fn tell(&mut self, words: &str) {
        let _ = self.console.say(&format!("  {words}"));
    }

    /// Ends the part that was begun last.
    pub(super) fn end<T>(&mut self, shown: Shown<T>) -> Result<Option<T>, Error> {
        let part = self.parts.last_mut().expect("a part was begun");
        part.took = part.begun.elapsed();
        let (worked, words, value) = match shown {
            Ok((words, value)) => (true, words, Some(value)),
            Err(failure) => (false, failure.to_string(), None),
        };
        let mark = if worked { "ok" } else { "FAILED" };
        let line = format!("  {mark}: {words}");
        (part.worked, part.words) = (worked, words);
        self.console.say(&line)?;
        Ok(value)
    }

    /// Sums up; whether everything worked.
    pub(super) fn finish(self) -> Result<bool, Error> {
        let worked = self.parts.iter().all(|part| part.worked);
        let took = self.begun.elapsed();
        let parts: Vec<_> = self.parts.iter().map(Part::json).collect();
        let json = json!({"worked": worked, "took": seconds(took), "parts": parts});
        let rows = self.parts.iter().map(Part::row);
        let table = table::columns(["PART", "RESULT", "TOOK", "WHAT WAS SEEN"], rows);
        let verdict = if worked {
            "everything worked".to_owned()
        } else {
            let failed = self.parts.iter().filter(|part| !part.worked);
            let names: Vec<_> = failed.map(|part| part.name).collect();
            format!("what did not work: {}", names.join("; "))
        };
        let text = format!("\n{table}\n{verdict}, in {}\n", seconds(took));
        self.console.value(&json, &text)?;
        Ok(worked)
    }
}

impl Part {
    fn json(&self) -> serde_json::Value {
        json!({"part": self.name, "worked": self.worked, "took": seconds(self.took), "seen": self.words})
    }

    fn row(&self) -> [String; 4] {
        let result = if self.worked { "ok" } else { "FAILED" };
        [
            self.name.to_owned(),
            result.to_owned(),
            seconds(self.took),
            self.words.clone(),
        ]
    }
}

/// As the API's JSON writes durations.
pub(super) fn seconds(span: Duration) -> String {
    format!("{:.3}s", span.as_secs_f64())
}
