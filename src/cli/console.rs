//! Where replies and errors are printed.

use std::io::{self, Write};

use prost::{Message, Name};

use super::{client::Format, error::Error, json};

/// Standard output and standard error, or what stands for them.
pub(crate) struct Console {
    format: Format,
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
}

impl Console {
    /// The console of this process.
    pub(crate) fn standard(format: Format) -> Self {
        Self::new(format, Box::new(io::stdout()), Box::new(io::stderr()))
    }

    /// A console that prints to `out` and `err`.
    pub(crate) fn new(
        format: Format,
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
    ) -> Self {
        Self { format, out, err }
    }

    /// Prints `reply`: `table` makes the text for people.
    pub(crate) fn show<M: Message + Name>(
        &mut self,
        reply: &M,
        table: impl FnOnce(&M) -> String,
    ) -> Result<(), Error> {
        let text = match self.format {
            Format::Table => table(reply),
            Format::Json => json::pretty(reply),
        };
        self.print(&text)
    }

    /// Prints one item of a stream, on one line.
    pub(crate) fn show_line<M: Message + Name>(
        &mut self,
        item: &M,
        line: impl FnOnce(&M) -> String,
    ) -> Result<(), Error> {
        let text = match self.format {
            Format::Table => line(item),
            Format::Json => json::compact(item),
        };
        self.print(&text)
    }

    /// Prints a reply that has nothing for people to read: success is silent.
    pub(crate) fn done<M: Message + Name>(&mut self, reply: &M) -> Result<(), Error> {
        self.show(reply, |_| String::new())
    }

    /// Prints a line for people, as things happen.
    pub(crate) fn say(&mut self, line: &str) -> Result<(), Error> {
        match self.format {
            Format::Table => self.print(&format!("{line}\n")),
            Format::Json => Ok(()),
        }
    }

    /// Prints what is no message of the API: `value` for programs, `text` for people.
    pub(crate) fn value(&mut self, value: &serde_json::Value, text: &str) -> Result<(), Error> {
        match self.format {
            Format::Table => self.print(text),
            Format::Json => self.print(&format!("{value:#}")),
        }
    }

    /// Prints a remark for people beside the reply, to stderr.
    pub(crate) fn remark(&mut self, text: &str) -> Result<(), Error> {
        match self.format {
            Format::Table => Ok(writeln!(self.err, "{text}")?),
            Format::Json => Ok(()),
        }
    }

    /// Prints an error. That stderr is gone is nothing that could be told to anyone.
    pub(crate) fn error(&mut self, text: &str) {
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{text}");
    }

    fn print(&mut self, text: &str) -> Result<(), Error> {
        self.out.write_all(text.as_bytes())?;
        if !text.is_empty() && !text.ends_with('\n') {
            self.out.write_all(b"\n")?;
        }
        Ok(self.out.flush()?)
    }
}
