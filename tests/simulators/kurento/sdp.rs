//! What a client's description says.

use super::graph::Media;

/// The one header extension that the server knows.
pub(super) const SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

/// Whether the server would take it for a description at all; it is easily content.
pub(super) fn is_description(text: &str) -> bool {
    text.starts_with("v=")
}

/// An m-section of the client's.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) media: String,
    pub(super) port: u16,
    pub(super) protocol: String,
    pub(super) formats: Vec<String>,
    pub(super) attributes: Vec<String>,
}

/// A description of the client's.
#[derive(Clone, Debug, Default)]
pub(super) struct Description {
    attributes: Vec<String>,
    pub(super) sections: Vec<Section>,
}

impl Description {
    pub(super) fn read(text: &str) -> Description {
        let mut description = Description::default();
        for line in text.lines() {
            if let Some(media) = line.strip_prefix("m=") {
                description.sections.push(Section::read(media));
            } else if let Some(attribute) = line.strip_prefix("a=") {
                let section = description.sections.last_mut();
                let attributes = section.map(|section| &mut section.attributes);
                let attributes = attributes.unwrap_or(&mut description.attributes);
                attributes.push(attribute.to_owned());
            }
        }
        description
    }

    /// Whether a WebRTC peer could be found and believed with it.
    pub(super) fn is_secure(&self) -> bool {
        let is_there = |prefix: &str| {
            let own = self.attributes.iter();
            let all = own.chain(self.sections.iter().flat_map(|section| &section.attributes));
            all.into_iter()
                .any(|attribute| attribute.starts_with(prefix))
        };
        is_there("ice-ufrag:") && is_there("fingerprint:")
    }

    /// The candidates in it.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &str> {
        let attributes = self.sections.iter().flat_map(|section| &section.attributes);
        attributes
            .map(String::as_str)
            .filter(|attribute| attribute.starts_with("candidate:"))
    }

    pub(super) fn session(&self, prefix: &str) -> Option<&String> {
        self.attributes
            .iter()
            .find(|attribute| attribute.starts_with(prefix))
    }
}

impl Section {
    fn read(line: &str) -> Section {
        let mut words = line.split_whitespace().map(str::to_owned);
        let media = words.next().unwrap_or_default();
        let port = words.next().and_then(|port| port.parse().ok()).unwrap_or(0);
        let protocol = words.next().unwrap_or_default();
        Section {
            media,
            port,
            protocol,
            formats: words.collect(),
            attributes: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> Option<Media> {
        match self.media.as_str() {
            "audio" => Some(Media::Audio),
            "video" => Some(Media::Video),
            "application" => Some(Media::Data),
            _ => None,
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut values = self
            .attributes
            .iter()
            .filter_map(|attribute| attribute.strip_prefix(name));
        values.find_map(|value| value.strip_prefix(':'))
    }

    pub(super) fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|other| other == attribute)
    }

    /// Which way media go, as the client says it.
    pub(super) fn direction(&self) -> &'static str {
        let directions = ["sendonly", "recvonly", "inactive"];
        directions
            .into_iter()
            .find(|word| self.has(word))
            .unwrap_or("sendrecv")
    }

    /// Attributes of one of the formats.
    pub(super) fn of_format(&self, name: &str, format: &str) -> impl Iterator<Item = &String> {
        let prefix = format!("{name}:{format} ");
        self.attributes
            .iter()
            .filter(move |attribute| attribute.starts_with(&prefix))
    }

    fn codec(&self, format: &str) -> Option<&str> {
        let named = self.of_format("rtpmap", format).next();
        let named = named.and_then(|map| map.split([' ', '/']).nth(1));
        named.or(match format {
            "0" => Some("PCMU"),
            "8" => Some("PCMA"),
            _ => None,
        })
    }

    /// The formats that the server knows.
    pub(super) fn known(&self, webrtc: bool) -> Vec<&String> {
        let known = |codec: &str| match self.media.as_str() {
            "audio" => match codec {
                "opus" | "PCMU" | "PCMA" => true,
                other => other == "AMR" && !webrtc,
            },
            _ => matches!(codec, "VP8" | "H264"),
        };
        let formats = self.formats.iter();
        formats
            .filter(|format| self.codec(format).is_some_and(known))
            .collect()
    }
}
