//! The configuration of rooms: as it can be asked for, and what of it a room takes.

use std::fmt::Write as _;

use super::command::words;
use super::world::World;

impl World {
    /// `xml_locate configuration configuration name FILE`, as what is behind the command.
    pub(super) fn configuration(&self, arguments: &str) -> String {
        let words = words(arguments);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            [
                "configuration",
                "configuration",
                "name",
                name @ "conference.conf",
            ] => described(name, &self.profiles()),
            [
                "configuration",
                "configuration",
                "name",
                name @ "conference_layouts.conf",
            ] => described(name, &self.layouts()),
            [_, _, _, _] => "can't find anything\n".to_owned(),
            _ => "-ERR bad args\n".to_owned(),
        }
    }

    fn profiles(&self) -> String {
        let mut xml = "        <profiles>\n".to_owned();
        let video = self.options.video_profiles.iter().map(|name| (name, true));
        let audio = self.options.audio_profiles.iter().map(|name| (name, false));
        for (name, has_video) in video.chain(audio) {
            open(&mut xml, "profile", name);
            parameter(&mut xml, "rate", "48000");
            parameter(&mut xml, "caller-controls", "none");
            if has_video {
                parameter(&mut xml, "video-mode", "mux");
                parameter(&mut xml, "video-layout-name", "group:grid");
            }
            xml.push_str("        </profile>\n\n");
        }
        xml + "      </profiles>\n\n"
    }

    fn layouts(&self) -> String {
        let mut xml = "    <layout-settings>\n        <layouts>\n".to_owned();
        for name in &self.options.layouts {
            open(&mut xml, "layout", name);
            xml.push_str("\t        <image x=\"0\" y=\"0\" scale=\"360\"></image>\n\n");
            xml.push_str("      </layout>\n\n");
        }
        xml.push_str("    </layouts>\n\n        <groups>\n");
        for group in &self.options.layout_groups {
            open(&mut xml, "group", group);
            for name in &self.options.layouts {
                writeln!(xml, "\t        <layout>{name}</layout>\n").expect("a text takes all");
            }
            xml.push_str("      </group>\n\n");
        }
        xml + "    </groups>\n\n  </layout-settings>\n\n"
    }

    /// `vid-layout 2x2`, `vid-layout group:grid`, as what is behind the word.
    pub(super) fn lay_out(&mut self, room: &str, layout: &str) -> String {
        let Some(room) = self.rooms.get_mut(room).filter(|room| room.has_video) else {
            return "-ERR Conference is not in mixing mode\n".to_owned();
        };
        let options = &self.options;
        if layout == "list" {
            let names = options.layouts.iter();
            return names.map(|name| format!("{name}\n")).collect();
        }
        let (told, is_known) = match layout.strip_prefix("group:") {
            Some(group) if options.layout_groups.contains(&group) => {
                (format!("+OK Change to layout group [{group}]\n"), true)
            }
            // Both is said.
            Some(_) => ("+OK Change to layout group []\n".to_owned(), false),
            None if options.layouts.contains(&layout) => {
                (format!("+OK Change canvas 1 to layout [{layout}]\n"), true)
            }
            None => (String::new(), false),
        };
        if !is_known {
            return format!("{told}-ERR Invalid layout [{layout}]\n");
        }
        layout.clone_into(&mut room.layout);
        told
    }
}

/// A file in the shape in which the real server writes it.
fn described(name: &str, inside: &str) -> String {
    format!("<configuration name=\"{name}\">\n{inside}    </configuration>\n")
}

fn open(xml: &mut String, kind: &str, name: &str) {
    writeln!(xml, "            <{kind} name=\"{name}\">").expect("a text takes all");
}

fn parameter(xml: &mut String, name: &str, value: &str) {
    let indent = " ".repeat(16);
    writeln!(
        xml,
        "{indent}<param name=\"{name}\" value=\"{value}\"></param>\n"
    )
    .expect("a text takes all");
}
