//! Descriptions of our side, in the shape that the real server gives them.

use std::fmt::Write as _;

use super::sdp::{AUDIO, Offer, Section, VIDEO};
use super::world::token;

const FINGERPRINT: &str = "sha-256 18:AD:B7:0F:E2:3F:16:6C:27:2D:CB:F9:CF:41:E5:EE:59:98:D0:65:C3:49:91:75:CE:5C:88:BA:E6:BF:48:A9";
/// What it wants to hear of, where the peer understands it.
const FEEDBACK: [&str; 4] = ["ccm fir", "ccm tmmbr", "nack", "nack pli"];

/// What we say about one call.
#[derive(Clone, Debug)]
pub(super) struct Local {
    version: u32,
    /// Of audio and of video.
    pub(super) ports: [u16; 2],
    stream: String,
    cname: String,
    /// ICE user and password of audio and of video.
    ice: [(String, String); 2],
}

impl Local {
    pub(super) fn new() -> Local {
        let ice = || (token(16), token(24));
        Local {
            version: 1_795_371_636,
            ports: [20_000, 20_002],
            stream: token(32),
            cname: token(16),
            ice: [ice(), ice()],
        }
    }

    /// What is answered: no mids, no bundle, and nothing of the sections that it does not know.
    pub(super) fn answer(&mut self, offer: &Offer) -> String {
        let is_webrtc = offer.is_webrtc();
        let mut sdp = self.head("192.0.2.2", is_webrtc);
        if let Some(audio) = offer.section("audio") {
            self.answer_audio(&mut sdp, audio, is_webrtc);
        }
        if let Some(video) = offer.section("video") {
            self.answer_video(&mut sdp, video, is_webrtc);
        }
        sdp.join("\r\n") + "\r\n"
    }

    fn head(&mut self, origin: &str, is_webrtc: bool) -> Vec<String> {
        self.version += 1;
        let mut sdp = vec![
            "v=0".to_owned(),
            format!("o=FreeSWITCH 1795371636 {} IN IP4 {origin}", self.version),
            "s=FreeSWITCH".to_owned(),
            "c=IN IP4 127.0.0.1".to_owned(),
            "t=0 0".to_owned(),
        ];
        if is_webrtc {
            sdp.push(format!("a=msid-semantic: WMS {}", self.stream));
        }
        sdp
    }

    fn answer_audio(&self, sdp: &mut Vec<String>, audio: &Section, is_webrtc: bool) {
        let Some((format, codec)) = audio.common(&AUDIO) else {
            return;
        };
        let clock = if codec.starts_with("opus") {
            "telephone-event/48000"
        } else {
            "telephone-event/8000"
        };
        let event = audio
            .common(&[clock])
            .or_else(|| audio.common(&["telephone-event/8000"]));
        let mut media = format!("m=audio {} {} {format}", self.ports[0], audio.protocol);
        if let Some((event, _)) = &event {
            write!(media, " {event}").expect("a text takes all");
        }
        sdp.push(media);
        sdp.push(format!("a=rtpmap:{format} {codec}"));
        if codec.starts_with("opus") {
            sdp.push(format!(
                "a=fmtp:{format} useinbandfec=1; minptime=10; maxptime=40"
            ));
        }
        if let Some((event, codec)) = event {
            sdp.push(format!("a=rtpmap:{event} {codec}"));
            sdp.push(format!("a=fmtp:{event} 0-15"));
        }
        sdp.extend(audio.direction().map(str::to_owned));
        sdp.push("a=silenceSupp:off - - - -".to_owned());
        sdp.push("a=ptime:20".to_owned());
        if is_webrtc {
            sdp.extend(self.secure(0, setup(audio)));
            sdp.extend(self.ice(0, &["1 udp 2130706431"], true));
            sdp.extend(self.source(0));
        }
    }

    fn answer_video(&self, sdp: &mut Vec<String>, video: &Section, is_webrtc: bool) {
        let common = video.common(&VIDEO).or_else(|| {
            let first = video.formats.first()?;
            Some((first.clone(), VIDEO[0].to_owned()))
        });
        let Some((format, codec)) = common else {
            return;
        };
        sdp.push(format!(
            "m=video {} {} {format}",
            self.ports[1], video.protocol
        ));
        sdp.push("b=AS:1024".to_owned());
        sdp.push(format!("a=rtpmap:{format} {codec}"));
        sdp.extend(video.direction().map(str::to_owned));
        if is_webrtc {
            sdp.extend(self.secure(1, setup(video)));
        }
        for kind in FEEDBACK {
            let line = format!("a=rtcp-fb:{format} {kind}");
            if video.has(&line) {
                sdp.push(line);
            }
        }
        if is_webrtc {
            sdp.extend(self.source(1));
            sdp.extend(self.ice(1, &["1 udp 2130706431"], true));
        }
    }

    /// What is offered; `codecs` as in `absolute_codec_string`.
    pub(super) fn offer(&mut self, is_webrtc: bool, codecs: Option<&str>) -> String {
        let is_wanted = |codec: &&&str| {
            let name = codec.split('/').next().unwrap_or_default();
            codecs.is_none_or(|codecs| codecs.split(',').any(|one| one.eq_ignore_ascii_case(name)))
        };
        let audio: Vec<&str> = AUDIO.iter().filter(is_wanted).copied().collect();
        let video: Vec<&str> = VIDEO.iter().filter(is_wanted).copied().collect();
        let protocol = if is_webrtc { "RTP/SAVPF" } else { "RTP/AVP" };
        let mut sdp = self.head("127.0.0.1", is_webrtc);
        self.offer_audio(&mut sdp, &audio, protocol);
        if !video.is_empty() {
            self.offer_video(&mut sdp, &video, protocol);
        }
        sdp.join("\r\n") + "\r\n"
    }

    fn offer_audio(&self, sdp: &mut Vec<String>, codecs: &[&str], protocol: &str) {
        let is_webrtc = protocol.contains("SAVPF");
        let mut formats = Vec::new();
        let mut lines = Vec::new();
        for codec in codecs {
            let format = match *codec {
                "PCMU/8000" => "0",
                "PCMA/8000" => "8",
                _ => "102",
            };
            formats.push(format);
            lines.push(format!("a=rtpmap:{format} {codec}"));
            if format == "102" {
                let parameters = "useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; minptime=10; maxptime=40";
                lines.push(format!("a=fmtp:102 {parameters}"));
            }
        }
        let events = [("105", "48000", "102"), ("101", "8000", "")];
        for (format, clock, with) in events {
            if with.is_empty() || formats.contains(&with) {
                formats.push(format);
                lines.push(format!("a=rtpmap:{format} telephone-event/{clock}"));
                if !is_webrtc {
                    lines.push(format!("a=fmtp:{format} 0-15"));
                }
            }
        }
        let formats = formats.join(" ");
        sdp.push(format!("m=audio {} {protocol} {formats}", self.ports[0]));
        sdp.extend(lines);
        if is_webrtc {
            sdp.extend(self.secure(0, "actpass"));
            sdp.extend(self.source(0));
            let candidates = ["1 udp 2130706431", "2 udp 2130706431"];
            sdp.extend(self.ice(0, &candidates, false));
        }
        sdp.push("a=silenceSupp:off - - - -".to_owned());
        sdp.push("a=ptime:20".to_owned());
    }

    fn offer_video(&self, sdp: &mut Vec<String>, codecs: &[&str], protocol: &str) {
        let is_webrtc = protocol.contains("SAVPF");
        let formats: Vec<String> = (103..)
            .take(codecs.len())
            .map(|f: u8| f.to_string())
            .collect();
        sdp.push(format!(
            "m=video {} {protocol} {}",
            self.ports[1],
            formats.join(" ")
        ));
        sdp.push("b=AS:1024".to_owned());
        for (format, codec) in formats.iter().zip(codecs) {
            sdp.push(format!("a=rtpmap:{format} {codec}"));
        }
        if is_webrtc {
            sdp.extend(self.secure(1, "actpass"));
        }
        for format in &formats {
            sdp.extend(FEEDBACK.map(|kind| format!("a=rtcp-fb:{format} {kind}")));
        }
        if is_webrtc {
            sdp.extend(self.source(1));
            let candidates = ["1 udp 2130706431", "2 udp 2130706430"];
            sdp.extend(self.ice(1, &candidates, true));
        }
    }

    fn secure(&self, section: usize, setup: &str) -> [String; 4] {
        [
            format!("a=fingerprint:{FINGERPRINT}"),
            format!("a=setup:{setup}"),
            "a=rtcp-mux".to_owned(),
            format!("a=rtcp:{} IN IP4 127.0.0.1", self.ports[section]),
        ]
    }

    fn ice(&self, section: usize, candidates: &[&str], is_end: bool) -> Vec<String> {
        let (user, password) = &self.ice[section];
        let port = self.ports[section];
        let mut lines = vec![
            format!("a=ice-ufrag:{user}"),
            format!("a=ice-pwd:{password}"),
        ];
        lines.extend(candidates.iter().map(|candidate| {
            format!("a=candidate:4028304188 {candidate} 127.0.0.1 {port} typ host generation 0")
        }));
        lines.extend(is_end.then(|| "a=end-of-candidates".to_owned()));
        lines
    }

    fn source(&self, section: usize) -> [String; 4] {
        let ssrc = u32::from(self.ports[section]) * 1000 + 7;
        let (stream, cname) = (&self.stream, &self.cname);
        let label = ["a0", "v0"][section];
        [
            format!("a=ssrc:{ssrc} cname:{cname}"),
            format!("a=ssrc:{ssrc} msid:{stream} {label}"),
            format!("a=ssrc:{ssrc} mslabel:{stream}"),
            format!("a=ssrc:{ssrc} label:{stream}{label}"),
        ]
    }
}

/// It is the client of DTLS, unless the other side insists.
fn setup(section: &Section) -> &'static str {
    if section.has("a=setup:active") {
        "passive"
    } else {
        "active"
    }
}
