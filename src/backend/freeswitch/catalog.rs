//! What the server's configuration has that callers may name: an unknown conference profile would silently be a room
//! without video, in narrow band.

use std::collections::BTreeSet;

use super::command::Word;
use crate::error::{Error, Reason, Result};

/// The parts of the configuration that are read.
pub(super) const CONFERENCES: &str = "conference.conf";
/// As [`CONFERENCES`].
pub(super) const LAYOUTS: &str = "conference_layouts.conf";

/// Profiles and layouts of conferences.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Catalog {
    profiles: BTreeSet<String>,
    /// As `vid-layout` takes them: names, and `group:` before those of groups.
    layouts: BTreeSet<String>,
}

impl Catalog {
    /// Reads both parts of the configuration, as XML.
    pub(super) fn read(conferences: &str, layouts: &str) -> Self {
        let groups = names(layouts, "group").map(|name| format!("group:{name}"));
        Self {
            profiles: names(conferences, "profile").collect(),
            layouts: names(layouts, "layout").chain(groups).collect(),
        }
    }

    /// A profile of conferences.
    ///
    /// # Errors
    /// `INVALID_FIELD`, with those that there are.
    pub(super) fn profile(&self, name: &str) -> Result<Word> {
        known(&self.profiles, name, "profile")
    }

    /// A layout of the picture of a conference.
    ///
    /// # Errors
    /// `INVALID_FIELD`, with those that there are.
    pub(super) fn layout(&self, name: &str) -> Result<Word> {
        known(&self.layouts, name, "layout")
    }
}

fn known(all: &BTreeSet<String>, name: &str, field: &'static str) -> Result<Word> {
    let word = Word::new(name).filter(|_| all.contains(name));
    word.ok_or_else(|| {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let words = match all.as_slice() {
            [] => "is not known: this FreeSWITCH has none configured".to_owned(),
            all => format!(
                "is not known to this FreeSWITCH, which has: {}",
                all.join(", ")
            ),
        };
        Error::field(Reason::InvalidField, field, words)
    })
}

/// The `name` of each element of this kind. The server writes plain XML of its own, an element in one piece.
fn names<'x>(xml: &'x str, element: &str) -> impl Iterator<Item = String> + use<'x> {
    let opening = format!("<{element} ");
    let tags = xml.split('<').filter_map(move |tag| {
        let whole = opening.strip_prefix('<').unwrap_or_default();
        tag.strip_prefix(whole)?.split('>').next()
    });
    tags.filter_map(|attributes| {
        let (_, rest) = attributes.split_once("name=\"")?;
        rest.split_once('"').map(|(name, _)| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFERENCE: &str = r#"<configuration name="conference.conf" description="conf">
  <profiles><profile name="mediaplane"><param name="rate" value="48000"></param></profile>
    <profile name="audio"/></profiles></configuration>"#;
    const LAYOUT: &str = r#"<configuration name="conference_layouts.conf">
  <layout-settings><layouts><layout name="2x2" auto-3d-position="true"><image x="0" y="0"/></layout>
  <layout name="3x3"></layout></layouts><groups><group name="grid"><layout>2x2</layout></group></groups>
  </layout-settings></configuration>"#;

    #[test]
    fn what_is_configured_can_be_named() {
        let catalog = Catalog::read(CONFERENCE, LAYOUT);
        for name in ["mediaplane", "audio"] {
            assert_eq!(catalog.profile(name).expect(name).as_str(), name);
        }
        for name in ["2x2", "3x3", "group:grid"] {
            assert_eq!(catalog.layout(name).expect(name).as_str(), name);
        }
        let refused = catalog.layout("grid").expect_err("a group is no layout");
        assert_eq!(refused.reason(), Reason::InvalidField);
        assert!(
            refused.to_string().contains("2x2, 3x3, group:grid"),
            "{refused}"
        );
        assert!(catalog.profile("no such").is_err());
        assert!(Catalog::default().profile("mediaplane").is_err());
    }
}
