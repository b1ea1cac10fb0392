//! What a peer offers and how it behaves.

use std::net::IpAddr;
use std::time::Duration;

use crate::support::deadline::PATIENCE;
use crate::support::media::{Codec, Kind};

/// How a peer is to be; start with [`Options::new`] and add to it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(super) ip: IpAddr,
    pub(super) tag: u8,
    pub(super) audio: Option<Codec>,
    pub(super) video: Option<Codec>,
    pub(super) data: bool,
    pub(super) receive_only: bool,
    pub(super) simulcast: bool,
    pub(super) trickle: bool,
    pub(super) unbundled: bool,
    pub(super) patience: Duration,
}

impl Options {
    /// A peer at `ip` that marks what it sends with `tag`, offers no media yet and does not trickle.
    pub(crate) fn new(ip: impl Into<IpAddr>, tag: u8) -> Options {
        Options {
            ip: ip.into(),
            tag,
            audio: None,
            video: None,
            data: false,
            receive_only: false,
            simulcast: false,
            trickle: false,
            unbundled: false,
            patience: PATIENCE,
        }
    }

    /// Offers Opus.
    pub(crate) fn audio(mut self) -> Options {
        self.audio = Some(Codec::Opus);
        self
    }

    /// Offers PCMU instead of Opus: what a telephone gateway can take without transcoding.
    pub(crate) fn pcmu(mut self) -> Options {
        self.audio = Some(Codec::Pcmu);
        self
    }

    /// Offers VP8.
    pub(crate) fn video(mut self) -> Options {
        self.video = Some(Codec::Vp8);
        self
    }

    /// Offers this codec and no other of its kind; in an answer, takes no other of its kind.
    pub(crate) fn codec(mut self, codec: Codec) -> Options {
        match codec.kind() {
            Kind::Audio => self.audio = Some(codec),
            Kind::Video => self.video = Some(codec),
        }
        self
    }

    /// Offers VP8 in three simulcast layers.
    pub(crate) fn simulcast(mut self) -> Options {
        self.video = Some(Codec::Vp8);
        self.simulcast = true;
        self
    }

    /// Offers a data channel.
    pub(crate) fn data(mut self) -> Options {
        self.data = true;
        self
    }

    /// Sends no media; its offers are `recvonly`.
    pub(crate) fn receive_only(mut self) -> Options {
        self.receive_only = true;
        self
    }

    /// Keeps its candidates out of its description and gives them out as a list.
    pub(crate) fn trickle(mut self) -> Options {
        self.trickle = true;
        self
    }

    /// Has a transport for each m-section, as where one side knows no BUNDLE; takes descriptions without a group.
    pub(crate) fn unbundled(mut self) -> Options {
        self.unbundled = true;
        self
    }

    /// The options of each connection that it takes to offer all of it.
    pub(super) fn connections(&self) -> Vec<Options> {
        if !self.unbundled {
            return vec![self.clone()];
        }
        let nothing = Options {
            audio: None,
            video: None,
            data: false,
            ..self.clone()
        };
        let audio = self.audio.map(|codec| nothing.clone().codec(codec));
        let video = self.video.map(|codec| nothing.clone().codec(codec));
        let data = self.data.then(|| nothing.data());
        audio.into_iter().chain(video).chain(data).collect()
    }

    /// Lets each wait of this peer take this long instead of 10 s.
    pub(crate) fn patience(mut self, patience: Duration) -> Options {
        self.patience = patience;
        self
    }
}
