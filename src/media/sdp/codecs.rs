//! Which codecs a description has, and a description with some of them only.

use super::{Sdp, Section, lines};
use crate::media::{MediaKind, codec::Codec};

impl Sdp {
    /// The codecs of all m-sections that are not refused, preferred first; those that are not known are left out.
    #[must_use]
    pub fn codecs(&self) -> Vec<Codec> {
        let mut codecs = Vec::new();
        for section in self.sections().filter(|section| !section.is_rejected()) {
            for codec in section.formats().filter_map(|format| section.codec(format)) {
                if !codecs.contains(&codec) {
                    codecs.push(codec);
                }
            }
        }
        codecs
    }

    /// The same description with these codecs only. An m-section that has none of them keeps its own.
    #[must_use]
    pub fn with_codecs(&self, wanted: &[Codec]) -> Self {
        let mut out = self.session_part().to_owned();
        for section in self.sections() {
            section.write_with_codecs(wanted, &mut out);
        }
        Self(out.into())
    }
}

impl<'a> Section<'a> {
    /// The codec of a payload type.
    fn codec(&self, format: &str) -> Option<Codec> {
        let named = self.attributes("rtpmap").find_map(|map| {
            let (number, encoding) = map.split_once(' ')?;
            (number == format).then(|| encoding.split('/').next().unwrap_or(encoding))
        });
        // RFC 3551, 6: these two need no name.
        match (named, format) {
            (Some(name), _) => Codec::named(name),
            (None, "0") => Some(Codec::Pcmu),
            (None, "8") => Some(Codec::Pcma),
            (None, _) => None,
        }
    }

    /// The payload type that a retransmission is of (RFC 4588).
    fn repeats(&self, format: &str) -> Option<&'a str> {
        self.attributes("fmtp").find_map(|line| {
            let (number, parameters) = line.split_once(' ')?;
            let mut parameters = parameters.split(';').map(str::trim);
            let of = parameters.find_map(|one| one.strip_prefix("apt="))?;
            (number == format).then_some(of)
        })
    }

    fn write_with_codecs(&self, wanted: &[Codec], out: &mut String) {
        let is_wanted = |format: &str| {
            let codec = self.codec(self.repeats(format).unwrap_or(format));
            codec.is_none_or(|codec| wanted.contains(&codec))
        };
        let has_some = self.formats().any(|format| {
            self.codec(format)
                .is_some_and(|codec| wanted.contains(&codec))
        });
        let is_media = matches!(self.kind(), Some(MediaKind::Audio | MediaKind::Video));
        if !is_media || !has_some {
            out.push_str(self.text());
            return;
        }
        let of_unwanted = |line: &str| {
            ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"].iter().any(|prefix| {
                let rest = line.strip_prefix(prefix);
                let format = rest.and_then(|rest| rest.split(' ').next());
                format.is_some_and(|format| format != "*" && !is_wanted(format))
            })
        };
        let mut words = self.m_line().split(' ').take(3).collect::<Vec<_>>();
        words.extend(self.formats().filter(|format| is_wanted(format)));
        out.push_str(&format!("m={}\r\n", words.join(" ")));
        for line in lines(self.text()).skip(1).filter(|line| !of_unwanted(line)) {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 101\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=mid:0\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n\
        a=fmtp:97 apt=96\r\na=rtpmap:98 H264/90000\r\na=rtcp-fb:98 nack\r\na=rtpmap:99 rtx/90000\r\n\
        a=fmtp:99 apt=98\r\na=mid:1\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";

    #[test]
    fn codecs_are_known_by_name_or_number() {
        let offer = Sdp::parse(OFFER).expect("valid");
        assert_eq!(
            offer.codecs(),
            [
                Codec::Opus,
                Codec::Pcmu,
                Codec::Pcma,
                Codec::Vp8,
                Codec::H264
            ]
        );
    }

    #[test]
    fn what_is_not_wanted_is_left_out_with_all_that_is_about_it() {
        let offer = Sdp::parse(OFFER).expect("valid");
        let some = offer.with_codecs(&[Codec::Pcmu, Codec::H264]);
        let some = Sdp::parse(some.as_str()).expect("still valid");
        assert_eq!(some.codecs(), [Codec::Pcmu, Codec::H264]);
        let formats: Vec<Vec<_>> = some.sections().map(|s| s.formats().collect()).collect();
        assert_eq!(
            formats,
            [
                vec!["0", "101"],
                vec!["98", "99"],
                vec!["webrtc-datachannel"]
            ]
        );
        for gone in ["opus", "useinbandfec", "apt=96", "VP8"] {
            assert!(!some.as_str().contains(gone), "{gone}");
        }
        assert!(some.as_str().contains("a=rtcp-fb:98 nack") && some.as_str().contains("a=mid:2"));
    }

    #[test]
    fn a_section_without_any_of_them_is_left_as_it_is() {
        let offer = Sdp::parse(OFFER).expect("valid");
        let some = offer.with_codecs(&[Codec::Vp8]);
        let texts = |sdp: &Sdp| {
            sdp.sections()
                .map(|s| s.text().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&some)[0], texts(&offer)[0]);
        assert_ne!(texts(&some)[1], texts(&offer)[1]);
    }
}
