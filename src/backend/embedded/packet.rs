//! What flows between the parts of the embedded media server.

use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use crate::media::Codec;

/// One RTP packet (RFC 3550, 5.1), decrypted, without its header's wire form.
///
/// Clones share the payload.
#[derive(Clone, Debug)]
pub struct Packet {
    /// The codec that its payload type stands for.
    pub codec: Codec,
    /// The sequence number, extended over its rollovers; one packet more is one more.
    pub sequence: u64,
    /// In units of the codec's clock rate; wraps.
    pub timestamp: u32,
    /// The last packet of a picture; for audio the first of a talkspurt.
    pub marker: bool,
    /// What comes after the header and its extensions.
    pub payload: Arc<[u8]>,
    /// When it came from the network, or was made.
    pub arrived: Instant,
}

/// What an RTCP sender report says of a stream's time (RFC 3550, 6.4.1): this RTP timestamp was at this instant
/// of the sender's wall clock. It puts audio and video of one sender in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderTime {
    /// The sender's wall clock, in units of 2^-32 s since 1900 (NTP).
    pub ntp: u64,
    /// In units of the codec's clock rate.
    pub timestamp: u32,
}

/// Seconds from 1900, where NTP begins, to 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

/// A wall clock in units of 2^-32 s since 1900; wraps in 2036 (RFC 5905, section 6).
pub(super) fn ntp(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    since.as_secs().wrapping_add(NTP_EPOCH) << 32 | fraction
}
