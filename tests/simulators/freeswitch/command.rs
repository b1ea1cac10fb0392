//! What comes in on the event socket: lines up to an empty one.

/// Commands that end or change more than one call; nobody who drives a server means to send them.
const FOREIGN: [&str; 9] = [
    "hupall",
    "fsctl",
    "system",
    "bg_system",
    "shutdown",
    "load",
    "unload",
    "reload",
    "reloadxml",
];

/// How many arguments a command takes at most, where that is little.
const MOST_ARGUMENTS: [(&str, usize); 9] = [
    ("uuid_exists", 1),
    ("uuid_park", 1),
    ("uuid_kill", 2),
    ("uuid_dump", 2),
    ("uuid_getvar", 2),
    ("uuid_bridge", 2),
    ("uuid_break", 2),
    ("uuid_fileman", 2),
    ("uuid_transfer", 5),
];

/// A command, and the lines that follow it.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) line: String,
    headers: Vec<String>,
}

impl Command {
    /// The next one, if it is complete.
    pub(super) fn take(buffer: &mut Vec<u8>) -> Option<Command> {
        loop {
            let end = buffer.windows(2).position(|two| two == b"\n\n")?;
            let block: Vec<u8> = buffer.drain(..end + 2).collect();
            let text = String::from_utf8_lossy(&block);
            let mut lines = text.trim_matches('\n').split('\n').map(str::to_owned);
            if let Some(line) = lines.next().filter(|line| !line.is_empty()) {
                let headers = lines.collect();
                return Some(Command { line, headers });
            }
        }
    }

    /// The first word, and what is behind it.
    pub(super) fn split(&self) -> (&str, &str) {
        first(&self.line)
    }

    /// The value of a line below the command.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().filter_map(|line| line.split_once(':'));
        let found = headers.find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    /// By which names a fault may be ordered for it: `api`, `uuid_record`, `uuid_record.start`, `conference.kick`.
    pub(super) fn names(&self) -> Vec<String> {
        let (verb, rest) = self.split();
        let mut names = vec![verb.to_owned()];
        if is_call(verb) {
            let (api, arguments) = first(rest);
            names.push(api.to_owned());
            let second = arguments.split(' ').nth(1);
            names.extend(second.map(|second| format!("{api}.{second}")));
        }
        names
    }

    /// Without what is secret.
    pub(super) fn told(&self) -> String {
        match self.split() {
            ("auth" | "userauth", _) => "auth".to_owned(),
            _ => self.line.clone(),
        }
    }

    /// Whether it looks as if text of a client had become a part of it that it was not meant to be.
    pub(super) fn is_suspicious(&self) -> bool {
        let strange_header = |line: &String| !line.starts_with("Job-UUID:");
        self.headers.iter().any(strange_header)
            || self.line.chars().any(char::is_control)
            || self.line.matches('\'').count() % 2 == 1
            || ["${", "`", "\""]
                .iter()
                .any(|sign| self.line.contains(sign))
            || self.is_foreign()
    }

    fn is_foreign(&self) -> bool {
        let (verb, rest) = self.split();
        if !is_call(verb) {
            return false;
        }
        let (api, arguments) = first(rest);
        let most = MOST_ARGUMENTS.iter().find(|(name, _)| *name == api);
        FOREIGN.contains(&api) || most.is_some_and(|(_, most)| words(arguments).len() > *most)
    }
}

fn is_call(verb: &str) -> bool {
    verb == "api" || verb == "bgapi"
}

/// The first word of a text, and what is behind it.
pub(super) fn first(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word, rest.trim())
}

/// The arguments in a text: spaces part them, single quotes hold them together.
pub(super) fn words(text: &str) -> Vec<String> {
    separated(text, ' ')
}

/// As [`words`], with another sign between them.
pub(super) fn separated(text: &str, by: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for sign in text.chars() {
        let part = parts.last_mut().expect("there is a first part");
        match sign {
            _ if is_escaped => {
                is_escaped = false;
                // Only a sign that would else be special loses its backslash.
                if sign != by && sign != '\'' {
                    part.push('\\');
                }
                part.push(sign);
            }
            '\\' => is_escaped = true,
            '\'' => is_quoted = !is_quoted,
            _ if sign == by && !is_quoted => parts.push(String::new()),
            _ => part.push(sign),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}
