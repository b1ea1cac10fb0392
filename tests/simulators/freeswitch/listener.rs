//! A connection of the event socket: what it has said it is, and what it wants to hear.

use std::collections::BTreeSet;

use super::event::{Event, Format};

#[derive(Debug, Default)]
pub(super) struct Listener {
    pub(super) is_known: bool,
    format: Option<Format>,
    names: BTreeSet<String>,
    subclasses: BTreeSet<String>,
    filters: Vec<(String, String)>,
}

impl Listener {
    /// `event json A B CUSTOM sub1 sub2`, as what is behind the first word.
    pub(super) fn subscribe(&mut self, arguments: &str) -> &'static str {
        let mut words = arguments.split_whitespace().peekable();
        let format = match words.peek() {
            Some(&"json") => Format::Json,
            Some(&"plain") => Format::Plain,
            Some(&"xml") => return "-ERR only plain and json are simulated",
            _ => return "-ERR no keywords supplied",
        };
        words.next();
        self.format = Some(format);
        self.change(words, |set, name| {
            set.insert(name);
        });
        match format {
            Format::Json => "+OK event listener enabled json",
            Format::Plain => "+OK event listener enabled plain",
        }
    }

    pub(super) fn nix(&mut self, arguments: &str) {
        self.change(arguments.split_whitespace(), |set, name| {
            set.remove(&name);
        });
    }

    pub(super) fn forget_all(&mut self) {
        self.names.clear();
        self.subclasses.clear();
    }

    /// `filter Event-Name X`, `filter delete all`, `filter delete Event-Name [X]`.
    pub(super) fn filter(&mut self, arguments: &str) -> String {
        let words: Vec<&str> = arguments.splitn(3, ' ').collect();
        match words[..] {
            ["delete", "all"] => {
                self.filters.clear();
                "+OK filter deleted. [all][]".to_owned()
            }
            ["delete", name] => {
                self.filters.retain(|(filter, _)| filter != name);
                format!("+OK filter deleted. [{name}][]")
            }
            ["delete", name, value] => {
                self.filters
                    .retain(|(filter, wanted)| filter != name || wanted != value);
                format!("+OK filter deleted. [{name}][{value}]")
            }
            [name, ..] if words.len() > 1 => {
                let value = words[1..].join(" ");
                let told = format!("+OK filter added. [{name}]=[{value}]");
                self.filters.push((name.to_owned(), value));
                told
            }
            _ => "-ERR invalid syntax".to_owned(),
        }
    }

    /// How to write the event for it, if it wants it at all.
    pub(super) fn wants(&self, event: &Event) -> Option<Format> {
        let name = event.get("Event-Name").unwrap_or_default();
        let is_named = self.names.contains("ALL") || self.names.contains(name);
        let subclass = event.get("Event-Subclass");
        let is_wanted = match subclass {
            Some(subclass) => {
                self.names.contains("ALL")
                    || self.subclasses.contains(subclass)
                    || (is_named && self.subclasses.is_empty())
            }
            None => is_named,
        };
        let format = self.format.filter(|_| is_wanted)?;
        self.passes(event).then_some(format)
    }

    /// Something must match, unless there is nothing that could; what a value behind a minus matches is out.
    fn passes(&self, event: &Event) -> bool {
        let mut passes = self.filters.is_empty();
        for (name, value) in &self.filters {
            let Some(told) = event.get(name) else {
                continue;
            };
            match value.strip_prefix('-') {
                Some(unwanted) if told.eq_ignore_ascii_case(unwanted) => return false,
                Some(_) => {}
                // The only pattern that is understood: anything.
                None => passes |= value == "/./" || told.eq_ignore_ascii_case(value),
            }
        }
        passes
    }

    fn change<'a>(
        &mut self,
        words: impl Iterator<Item = &'a str>,
        mut act: impl FnMut(&mut BTreeSet<String>, String),
    ) {
        let mut is_custom = false;
        for word in words {
            let set = if is_custom {
                &mut self.subclasses
            } else {
                &mut self.names
            };
            act(set, word.to_owned());
            is_custom = is_custom || word == "CUSTOM";
        }
    }
}
