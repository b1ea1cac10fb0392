//! What a peer knows of its connection.

use str0m::IceConnectionState;

/// One data channel message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) binary: bool,
    pub(crate) data: Vec<u8>,
}

impl Message {
    /// Its text, unless it is binary.
    pub(crate) fn text(&self) -> Option<&str> {
        match self.binary {
            true => None,
            false => std::str::from_utf8(&self.data).ok(),
        }
    }
}

/// A peer's connection as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) ice: IceConnectionState,
    /// ICE and DTLS have come up.
    pub(crate) connected: bool,
    /// The remote side closed the connection (DTLS close_notify).
    pub(crate) closed: bool,
    /// Its data channel can be written to.
    pub(crate) channel_open: bool,
    /// Data channel messages received, oldest first.
    pub(crate) messages: Vec<Message>,
    /// Data channel messages handed to SCTP.
    pub(crate) messages_sent: u64,
    /// RTP packets sent.
    pub(crate) packets_sent: u64,
    /// The bitrate in bit/s that the remote side's latest REMB allows.
    pub(crate) remb: Option<u64>,
    /// PLIs and FIRs received.
    pub(crate) keyframe_requests: u64,
    /// Why it had to end.
    pub(crate) failure: Option<String>,
}

impl Default for State {
    fn default() -> State {
        State {
            ice: IceConnectionState::New,
            connected: false,
            closed: false,
            channel_open: false,
            messages: Vec::new(),
            messages_sent: 0,
            packets_sent: 0,
            remb: None,
            keyframe_requests: 0,
            failure: None,
        }
    }
}
