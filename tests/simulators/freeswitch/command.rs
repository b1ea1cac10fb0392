//! What comes in on the event socket: lines up to an empty one.

/// What a driver means to send behind `api` and `bgapi`; `*` is any one argument.
const MEANT: [&str; 37] = [
    "conference * file-vol 0",
    "conference * json_list",
    "conference * kick *",
    "conference * norecord *",
    "conference * play *",
    "conference * record *",
    "conference * stop all",
    "conference * unvmute *",
    "conference * vid-layout *",
    "conference * vmute *",
    "file_exists *",
    "global_getvar core_uuid",
    "originate * &park",
    "show channels as json",
    "status",
    "uuid_audio * start read mute -1",
    "uuid_audio * stop",
    "uuid_break * all",
    "uuid_bridge * *",
    "uuid_broadcast * * aleg",
    "uuid_buglist *",
    "uuid_dump * json",
    "uuid_exists *",
    "uuid_fileman * *",
    "uuid_kill *",
    "uuid_kill * *",
    "uuid_record * pause *",
    "uuid_record * resume *",
    "uuid_record * start *",
    "uuid_record * stop *",
    "uuid_send_dtmf * *",
    "uuid_set_media_stats *",
    "uuid_setvar * * *",
    "uuid_transfer * * inline",
    "version",
    "xml_locate configuration configuration name conference.conf",
    "xml_locate configuration configuration name conference_layouts.conf",
];

/// What else it says on the event socket.
const VERBS: [&str; 8] = [
    "api", "auth", "bgapi", "event", "exit", "filter", "nixevent", "noevents",
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
            || !self.is_meant()
    }

    fn is_meant(&self) -> bool {
        let (verb, rest) = self.split();
        let words = words(rest);
        let fits = |meant: &&str| {
            let meant: Vec<&str> = meant.split(' ').collect();
            let mut pairs = meant.iter().zip(&words);
            meant.len() == words.len() && pairs.all(|(meant, word)| *meant == "*" || meant == word)
        };
        VERBS.contains(&verb) && (!is_call(verb) || MEANT.iter().any(fits))
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
