//! Descriptions of the other side, and what of them the server can answer.

pub(super) const AUDIO: [&str; 3] = ["opus/48000/2", "PCMU/8000", "PCMA/8000"];
pub(super) const VIDEO: [&str; 2] = ["VP8/90000", "H264/90000"];

/// What the other side has said, as an offer or an answer.
#[derive(Debug)]
pub(super) struct Offer {
    sections: Vec<Section>,
    /// What stands before the sections.
    session: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Section {
    kind: String,
    port: u16,
    pub(super) protocol: String,
    pub(super) formats: Vec<String>,
    attributes: Vec<String>,
}

impl Offer {
    /// What can be read; nothing else is refused at once.
    pub(super) fn parse(text: &str) -> Option<Offer> {
        let mut lines = text.lines();
        lines.next().filter(|line| line.starts_with("v="))?;
        let mut offer = Offer {
            sections: Vec::new(),
            session: Vec::new(),
        };
        for line in lines {
            if let Some(media) = line.strip_prefix("m=") {
                offer.sections.push(Section::parse(media)?);
            } else if let Some(section) = offer.sections.last_mut() {
                section.attributes.push(line.to_owned());
            } else {
                offer.session.push(line.to_owned());
            }
        }
        Some(offer)
    }

    pub(super) fn is_webrtc(&self) -> bool {
        self.sections
            .iter()
            .any(|section| section.protocol.contains("SAVPF"))
    }

    /// Whether there is video, which is answered even without a codec in common.
    pub(super) fn has_video(&self) -> bool {
        self.section("video").is_some()
    }

    /// Whether there is anything in common, and a way to it.
    pub(super) fn is_acceptable(&self) -> bool {
        let audio = self.section("audio");
        let first = audio.or_else(|| self.section("video"));
        let Some(first) = first else {
            return false;
        };
        let has_codec = audio.is_none_or(|audio| audio.common(&AUDIO).is_some());
        has_codec && (!self.is_webrtc() || self.is_reachable(first))
    }

    fn is_reachable(&self, section: &Section) -> bool {
        let lines = || section.attributes.iter().chain(&self.session);
        let has = |start: &str| lines().any(|line| line.starts_with(start));
        let has_candidate = lines().any(|line| {
            line.starts_with("a=candidate:")
                && line.to_ascii_lowercase().contains(" udp ")
                && !line.contains(".local ")
        });
        has("a=fingerprint:") && has("a=ice-ufrag:") && has_candidate
    }

    pub(super) fn section(&self, kind: &str) -> Option<&Section> {
        let mut sections = self.sections.iter();
        sections.find(|section| section.kind == kind && section.port != 0)
    }
}

impl Section {
    fn parse(media: &str) -> Option<Section> {
        let mut words = media.split(' ');
        Some(Section {
            kind: words.next()?.to_owned(),
            port: words.next()?.parse().ok()?,
            protocol: words.next()?.to_owned(),
            formats: words.map(str::to_owned).collect(),
            attributes: Vec::new(),
        })
    }

    fn codec(&self, format: &str) -> Option<String> {
        let start = format!("a=rtpmap:{format} ");
        let mut lines = self.attributes.iter();
        let told = lines.find_map(|line| line.strip_prefix(&start));
        match (told, format) {
            (Some(told), _) => Some(told.trim().to_owned()),
            (None, "0") => Some("PCMU/8000".to_owned()),
            (None, "8") => Some("PCMA/8000".to_owned()),
            _ => None,
        }
    }

    /// The first of its formats that we have too.
    pub(super) fn common(&self, ours: &[&str]) -> Option<(String, String)> {
        self.formats.iter().find_map(|format| {
            let codec = self.codec(format)?;
            let is_ours = ours.iter().any(|our| our.eq_ignore_ascii_case(&codec));
            is_ours.then(|| (format.clone(), codec))
        })
    }

    /// What we do where the other side does this.
    pub(super) fn direction(&self) -> Option<&'static str> {
        let mut lines = self.attributes.iter();
        lines.find_map(|line| match line.as_str() {
            "a=recvonly" => Some("a=sendonly"),
            "a=sendonly" => Some("a=recvonly"),
            "a=inactive" => Some("a=inactive"),
            _ => None,
        })
    }

    pub(super) fn has(&self, line: &str) -> bool {
        self.attributes.iter().any(|known| known == line)
    }
}
