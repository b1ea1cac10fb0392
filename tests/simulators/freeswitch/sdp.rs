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

/// What a side does with a section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) sends: bool,
    pub(super) receives: bool,
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

    /// With which codec, and in which direction, the server and this side go on with audio or with video.
    pub(super) fn agreed(&self, kind: &str) -> Option<(String, Way)> {
        let section = self.section(kind)?;
        let ours: &[&str] = if kind == "audio" { &AUDIO } else { &VIDEO };
        // Video without a codec in common is answered all the same.
        let (_, codec) = match section.common(ours) {
            None if kind == "video" => (String::new(), VIDEO[0].to_owned()),
            common => common?,
        };
        let name = codec.split('/').next().unwrap_or_default().to_owned();
        Some((name, self.way(section)))
    }

    fn way(&self, section: &Section) -> Way {
        let ways = ["sendrecv", "sendonly", "recvonly", "inactive"].map(|way| format!("a={way}"));
        let mut lines = section.attributes.iter().chain(&self.session);
        let told = lines.find(|line| ways.contains(line));
        let told = told.map_or("a=sendrecv", String::as_str);
        Way {
            sends: ["a=sendrecv", "a=sendonly"].contains(&told),
            receives: ["a=sendrecv", "a=recvonly"].contains(&told),
        }
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
