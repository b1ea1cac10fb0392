//! What the server offers and answers, in the words of the real one.

use super::graph::Media;
use super::own::{Own, OwnSection};
use super::sdp::{Description, SEND_TIME, Section};

const FINGERPRINT: &str = "sha-256 F2:EC:0D:A4:95:BD:C3:F9:49:77:C8:D8:EA:0C:78:AD:D3:78:77:46:10:59:7D:42:BF:05:65:EF:80:13:15:6D";

/// How the server describes itself.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub(super) webrtc: bool,
    /// `sendonly` or `recvonly`, if the endpoint was made so.
    pub(super) direction: Option<&'static str>,
    pub(super) data_channels: bool,
    /// The SRTP key of plain RTP.
    pub(super) key: Option<String>,
    pub(super) port: u16,
    /// `b=AS`, in kbit/s.
    pub(super) audio_limit: i64,
    pub(super) video_limit: i64,
}

impl Party {
    /// What is offered: audio, video and data as wanted.
    pub(super) fn offer(&self, audio: bool, video: bool) -> Own {
        let wanted = [
            (Media::Audio, audio),
            (Media::Video, video),
            (Media::Data, self.data_channels),
        ];
        let wanted = wanted.into_iter().filter(|(_, wanted)| *wanted);
        let sections: Vec<OwnSection> = wanted.map(|(media, _)| self.offered(media)).collect();
        let mids: Vec<&str> = sections
            .iter()
            .map(|section| section.mid.as_str())
            .collect();
        let bundle = format!("group:BUNDLE {}", mids.join(" "));
        Own {
            webrtc: self.webrtc,
            port: self.port,
            attributes: Vec::from_iter(self.webrtc.then_some(bundle)),
            sections,
        }
    }

    fn offered(&self, media: Media) -> OwnSection {
        let (name, limit) = match media {
            Media::Audio => ("audio", self.audio_limit),
            Media::Video => ("video", self.video_limit),
            Media::Data => ("application", 0),
        };
        let mid = format!("{name}0");
        let mut lines = Vec::new();
        if limit > 0 {
            lines.push(format!("b=AS:{limit}"));
        }
        lines.push("a=setup:actpass".to_owned());
        let formats = match media {
            Media::Data => {
                lines.extend(["a=sctp-port:24182".to_owned(), format!("a=mid:{mid}")]);
                "UDP/DTLS/SCTP webrtc-datachannel".to_owned()
            }
            _ => {
                lines.push(format!("a=extmap:3 {SEND_TIME}"));
                let (formats, codecs, feedback) = self.codecs(media);
                lines.extend(codecs);
                lines.extend(self.transport());
                lines.push(format!("a={}", self.direction.unwrap_or("sendrecv")));
                lines.push(format!("a=mid:{mid}"));
                lines.extend(feedback);
                lines.push(source(self.port, name));
                format!("{} {formats}", self.protocol())
            }
        };
        lines.extend(self.credentials());
        OwnSection {
            kind: Some(media),
            mid,
            accepted: true,
            head: format!("{name} {formats}"),
            lines,
        }
    }

    fn protocol(&self) -> &'static str {
        match self.webrtc || self.key.is_some() {
            true => "RTP/SAVPF",
            false => "RTP/AVPF",
        }
    }

    /// Formats, what they are, and how their loss is told.
    fn codecs(&self, media: Media) -> (String, Vec<String>, Vec<String>) {
        if media == Media::Audio {
            let mut maps = vec!["a=rtpmap:96 opus/48000/2".to_owned()];
            let amr = (!self.webrtc).then(|| "a=rtpmap:97 AMR/8000".to_owned());
            maps.extend(amr);
            let formats = if self.webrtc { "96 0 8" } else { "96 0 8 97" };
            return (formats.to_owned(), maps, Vec::new());
        }
        let (vp8, h264) = if self.webrtc { (100, 101) } else { (102, 103) };
        let maps = vec![
            format!("a=rtpmap:{vp8} VP8/90000"),
            format!("a=rtpmap:{h264} H264/90000"),
            format!(
                "a=fmtp:{h264} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
            ),
        ];
        let vp8s = ["nack", "nack pli", "goog-remb", "ccm fir"]
            .map(|how| format!("a=rtcp-fb:{vp8} {how}"));
        let h264s = ["nack", "nack pli", "ccm fir"].map(|how| format!("a=rtcp-fb:{h264} {how}"));
        (
            format!("{vp8} {h264}"),
            maps,
            vp8s.into_iter().chain(h264s).collect(),
        )
    }

    fn transport(&self) -> Vec<String> {
        if self.webrtc {
            return vec![
                "a=rtcp:9 IN IP4 0.0.0.0".to_owned(),
                "a=rtcp-mux".to_owned(),
            ];
        }
        let crypto =
            |key: &String| format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{}", base64(key));
        let crypto = self.key.as_ref().map(crypto);
        ["a=rtcp:".to_owned()].into_iter().chain(crypto).collect()
    }

    fn credentials(&self) -> Vec<String> {
        if !self.webrtc {
            return Vec::new();
        }
        vec![
            format!("a=ice-ufrag:{:04x}", self.port),
            format!("a=ice-pwd:{:022x}", self.port),
            format!("a=fingerprint:{FINGERPRINT}"),
        ]
    }

    /// What answers an offer, section by section.
    pub(super) fn answer(&self, offer: &Description) -> Own {
        let sections: Vec<OwnSection> = offer
            .sections
            .iter()
            .map(|section| self.answered(section))
            .collect();
        let mut attributes: Vec<String> = offer
            .session("msid-semantic")
            .cloned()
            .into_iter()
            .collect();
        if offer.session("group:BUNDLE").is_some() && self.webrtc {
            let accepted = sections.iter().filter(|section| section.accepted);
            let mids: Vec<&str> = accepted.map(|section| section.mid.as_str()).collect();
            attributes.push(format!("group:BUNDLE {}", mids.join(" ")));
        }
        Own {
            webrtc: self.webrtc,
            port: self.port,
            attributes,
            sections,
        }
    }

    fn answered(&self, offered: &Section) -> OwnSection {
        let kind = offered.kind();
        let head = |formats: &[String]| {
            format!(
                "{} {} {}",
                offered.media,
                offered.protocol,
                formats.join(" ")
            )
        };
        let mid = offered.value("mid");
        let mid_line = mid.map(|mid| format!("a=mid:{mid}"));
        let mut section = OwnSection {
            kind,
            mid: mid.unwrap_or_default().to_owned(),
            accepted: false,
            head: head(&offered.formats),
            lines: ["a=inactive".to_owned()]
                .into_iter()
                .chain(mid_line.clone())
                .collect(),
        };
        if !self.speaks(offered) {
            return section;
        }
        if kind == Some(Media::Data) {
            section.accepted = true;
            section.lines = mid_line.into_iter().collect();
            let port = offered.value("sctp-port").unwrap_or("5000");
            section.lines.push(format!("a=sctp-port:{port}"));
            section.lines.extend(setup(offered));
            section.lines.extend(self.credentials());
            return section;
        }
        let formats: Vec<String> = offered.known(self.webrtc).into_iter().cloned().collect();
        if !formats.is_empty() {
            section.accepted = true;
            section.head = head(&formats);
        }
        section.lines = self.answer_lines(offered, &formats, mid_line);
        section
    }

    /// Whether such a section is of this party's kind at all.
    fn speaks(&self, offered: &Section) -> bool {
        let protocol = offered.protocol.as_str();
        let spoken = match offered.kind() {
            None => false,
            Some(Media::Data) => self.webrtc && self.data_channels,
            Some(_) if self.webrtc => matches!(
                protocol,
                "UDP/TLS/RTP/SAVPF" | "RTP/SAVPF" | "UDP/TLS/RTP/SAVP"
            ),
            Some(_) if self.key.is_some() => matches!(protocol, "RTP/SAVP" | "RTP/SAVPF"),
            Some(_) => matches!(protocol, "RTP/AVP" | "RTP/AVPF"),
        };
        spoken && offered.port != 0
    }

    fn answer_lines(
        &self,
        offered: &Section,
        formats: &[String],
        mid: Option<String>,
    ) -> Vec<String> {
        let named = |name: &'static str| {
            let formats = formats.iter();
            formats
                .flat_map(move |format| offered.of_format(name, format))
                .map(|line| format!("a={line}"))
        };
        let extension = offered
            .attributes
            .iter()
            .find(|line| line.ends_with(SEND_TIME));
        let extension = extension.map(|line| format!("a={line}"));
        let mut lines: Vec<String> = extension.into_iter().collect();
        lines.push(format!(
            "a={}",
            answering(offered.direction(), self.direction)
        ));
        lines.extend(mid);
        let mux = offered.has("rtcp-mux").then(|| "a=rtcp-mux".to_owned());
        let mut transport = self.transport();
        transport.retain(|line| line != "a=rtcp-mux");
        lines.extend(transport);
        lines.extend(named("rtpmap"));
        lines.extend(named("rtcp-fb"));
        lines.extend(mux);
        lines.extend(named("fmtp"));
        lines.extend(setup(offered));
        lines.push(source(self.port, &offered.media));
        lines.extend(self.credentials());
        lines
    }
}

fn setup(offered: &Section) -> Option<String> {
    offered.value("setup").map(|_| "a=setup:active".to_owned())
}

fn source(port: u16, media: &str) -> String {
    let number = 2_672_000_000 + 2 * u64::from(port) + u64::from(media == "video");
    format!("a=ssrc:{number} cname:user{port}@host-73a87d31")
}

/// The direction that answers another, within what the endpoint was made for.
fn answering(offered: &str, own: Option<&'static str>) -> &'static str {
    let sends = matches!(offered, "sendrecv" | "recvonly") && own != Some("recvonly");
    let receives = matches!(offered, "sendrecv" | "sendonly") && own != Some("sendonly");
    match (sends, receives) {
        (true, true) => "sendrecv",
        (true, false) => "sendonly",
        (false, true) => "recvonly",
        (false, false) => "inactive",
    }
}

/// A key as it is written in a description; its length is a multiple of three.
fn base64(key: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let threes = key.as_bytes().chunks(3);
    let numbers = threes.map(|three| {
        three
            .iter()
            .fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
    });
    let digits =
        numbers.flat_map(|number| [18, 12, 6, 0].map(|shift| DIGITS[(number >> shift) & 63]));
    digits.map(char::from).collect()
}
