//! The client of a session: a WebRTC peer, which really sends where the subject has media.

use std::time::Duration;

use mediaplane::media::{Candidate, Description, RemoteCandidate, Sdp, SdpType, SessionType};
use mediaplane::session::Create;

use crate::session::Session;
use crate::subjects::Subject;
use crate::support::media::Kind;
use crate::support::peer::{Options, Peer};
use crate::support::received::Receives;

/// Packets that count as a stream.
const SOME: u64 = 8;
/// A text that has not come by then does not come.
const IGNORED: Duration = Duration::from_millis(300);

/// A client. What it is to see of media is checked where there is any.
pub(crate) struct Client<'s> {
    subject: &'s Subject,
    pub(crate) peer: Peer,
    trickles: bool,
    has_media: bool,
}

impl<'s> Client<'s> {
    /// A client that offers; what it sends is marked with `tag`.
    pub(crate) async fn offers(
        subject: &'s Subject,
        tag: u8,
        adjust: impl FnOnce(Options) -> Options,
    ) -> Client<'s> {
        let options = subject.peer(adjust(Options::new(subject.media_ip(), tag)));
        let peer = Peer::offer(options).await;
        Client::new(subject, peer)
    }

    /// A client that answers this offer.
    pub(crate) async fn answers(
        subject: &'s Subject,
        tag: u8,
        offer: &Description,
        adjust: impl FnOnce(Options) -> Options,
    ) -> Client<'s> {
        let options = subject.peer(adjust(Options::new(subject.media_ip(), tag)));
        let peer = Peer::answer(options, offer.sdp.as_str()).await;
        Client::new(subject, peer)
    }

    fn new(subject: &'s Subject, peer: Peer) -> Client<'s> {
        let trickles = !peer.description().contains("a=candidate:");
        Client {
            subject,
            peer,
            trickles,
            has_media: subject.has_media(),
        }
    }

    /// A client whose media does not pass a server.
    pub(crate) fn direct(self) -> Client<'s> {
        Client {
            has_media: true,
            ..self
        }
    }

    /// Its own offer or answer.
    pub(crate) fn description(&self) -> Description {
        let sdp = Sdp::parse(self.peer.description()).expect("a peer writes SDP");
        Description {
            sdp,
            sdp_type: SdpType::Webrtc,
            trickle_ice: self.trickles,
        }
    }

    /// A session of this type for its offer.
    pub(crate) fn create(&self, session_type: SessionType) -> Create {
        Create {
            offer: Some(self.description()),
            ..Create::new(session_type)
        }
    }

    /// Its candidates, and that there are no more.
    pub(crate) fn candidates(&self) -> Vec<RemoteCandidate> {
        let own = self.peer.candidates().iter().map(|own| {
            let candidate = Candidate::new(
                Some(&own.sdp_mid),
                Some(own.sdp_m_line_index),
                &own.candidate,
            );
            RemoteCandidate::One(candidate.expect("a peer writes candidates"))
        });
        own.chain([RemoteCandidate::End]).collect()
    }

    /// Takes the answer to its offer.
    pub(crate) async fn accepts(&self, answer: &Description) {
        self.peer.accept_answer(answer.sdp.as_str()).await;
    }

    /// Gets a stream of this kind from the sender with this tag.
    pub(crate) async fn receives(&self, kind: Kind, tag: u8) {
        if self.has_media {
            self.peer.receives(kind, tag, SOME).await;
        }
    }

    /// Gets sound, whoever it is of.
    pub(crate) async fn receives_sound(&self) {
        if self.has_media {
            self.peer.receives_any(Kind::Audio, 20).await;
        }
    }

    /// Gets audio and video from the sender with this tag.
    pub(crate) async fn receives_both(&self, tag: u8) {
        tokio::join!(
            self.receives(Kind::Audio, tag),
            self.receives(Kind::Video, tag)
        );
    }

    /// Gets nothing more of this kind.
    pub(crate) async fn falls_silent(&self, kind: Kind) {
        match self.has_media {
            true if self.subject.fills_pauses() => self.peer.stops_receiving_what_came(kind).await,
            true => self.peer.stops_receiving(kind).await,
            false => {}
        }
    }

    /// Gets nothing more of this kind from the sender with this tag.
    pub(crate) async fn loses(&self, kind: Kind, tag: u8) {
        if self.has_media {
            self.peer.stops_receiving_from(kind, tag).await;
        }
    }

    /// Got each m-line as one stream that a decoder can follow, whoever sent it.
    pub(crate) async fn is_continuous(&self) {
        match self.subject.remakes_times() {
            true => self.peer.is_one_stream(),
            false if self.has_media => self.peer.is_continuous().await,
            false => {}
        }
    }

    /// Never got anything of this kind.
    pub(crate) fn never_received(&self, kind: Kind) {
        let counts = self.peer.counts();
        let came = match self.subject.fills_pauses() {
            true => counts.packets_of_somebody(kind),
            false => counts.packets(kind, None),
        };
        assert_eq!(came, 0, "{counts:#?}");
    }

    /// Sends a text and gets it back from the far side.
    pub(crate) async fn is_answered(&self, text: &str) {
        if self.has_media {
            self.peer.send_text(text).await;
            self.peer
                .receives_text(|received| received.ends_with(text))
                .await;
        }
    }

    /// Sends a text that does not come back.
    pub(crate) async fn is_ignored(&self, text: &str) {
        if self.has_media {
            self.peer.send_text(text).await;
            self.peer.receives_no_text(text, IGNORED).await;
        }
    }

    /// Sends a text, which this one gets.
    pub(crate) async fn texts(&self, other: &Client<'_>, text: &str) {
        if self.has_media {
            self.peer.send_text(text).await;
            other.peer.receives_text(|received| received == text).await;
        }
    }

    /// Sends a text, which this one does not get.
    pub(crate) async fn texts_in_vain(&self, other: &Client<'_>, text: &str) {
        if self.has_media {
            self.peer.send_text(text).await;
            other.peer.receives_no_text(text, IGNORED).await;
        }
    }

    /// Waits until texts can reach it.
    pub(crate) async fn can_be_texted(&self) {
        if self.has_media {
            self.peer.channel_open().await;
        }
    }

    /// Gets a text, or has got it.
    pub(crate) async fn was_texted(&self, text: &str) {
        if self.has_media {
            self.peer.receives_text(|received| received == text).await;
        }
    }

    /// Tells how much it can take, in bit/s (REMB).
    pub(crate) async fn can_take(&self, bitrate: u64) {
        if self.has_media {
            self.peer.send_remb(bitrate).await;
        }
    }

    /// Is told to send no more than this.
    pub(crate) async fn is_capped(&self, kbps: u64) {
        if self.has_media {
            self.peer.remb(|bitrate| bitrate == kbps * 1000).await;
        }
    }

    /// Is told that it may send what it wants: no cap, and not one of nothing either.
    pub(crate) async fn is_uncapped(&self) {
        if self.has_media {
            self.peer.remb(|bitrate| bitrate >= 5_000_000).await;
        }
    }

    /// Says goodbye.
    pub(crate) async fn leaves(self, session: &Session<'_>) {
        if let Some(simulator) = self.subject.simulated() {
            simulator.hang_up(session.id.as_str());
        }
        self.peer.close().await;
    }

    /// Is gone without a word.
    pub(crate) async fn vanishes(self, session: &Session<'_>) {
        if let Some(simulator) = self.subject.simulated() {
            simulator.vanish(session.id.as_str());
        }
        self.peer.vanish().await;
    }
}
