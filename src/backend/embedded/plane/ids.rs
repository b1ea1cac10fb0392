//! What legs and sources are called between the threads.

use rand::RngExt as _;
use str0m::ice::IceCreds;

/// A leg, for ever: numbers are not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct LegId(u64);

/// Where packets come from: a leg's client, or a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct SourceId(u64);

impl LegId {
    /// The leg of this number on this shard.
    pub(in super::super) const fn new(number: u64, shard: u8) -> Self {
        Self(number << 8 | shard as u64)
    }

    /// The shard that it lives on.
    pub(in super::super) const fn shard(self) -> u8 {
        self.0.to_le_bytes()[0]
    }
}

impl SourceId {
    /// A source that is no leg's, beside the legs of this shard. The number is none that a leg has.
    pub(in super::super) const fn new(number: u64, shard: u8) -> Self {
        Self(number << 8 | shard as u64)
    }

    /// The shard that its packets arrive at.
    pub(in super::super) const fn shard(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    /// The leg whose client it is, if it is one.
    pub(super) const fn leg(self) -> LegId {
        LegId(self.0)
    }

    /// One layer of it, for a rewriter.
    pub(super) const fn layer(self, layer: u8) -> u64 {
        self.0 << 8 | layer as u64
    }
}

impl From<LegId> for SourceId {
    fn from(leg: LegId) -> Self {
        Self(leg.0)
    }
}

/// Letters of which names and passwords in connectivity checks are made (RFC 8839, 5.4).
const ICE_CHARS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// New credentials for connectivity checks, whose name begins with the shard's number.
pub(in super::super) fn credentials(shard: u8) -> IceCreds {
    let mut random = rand::rng();
    let mut text = |length| -> String {
        (0..length)
            .map(|_| char::from(ICE_CHARS[random.random_range(..ICE_CHARS.len())]))
            .collect()
    };
    IceCreds {
        ufrag: format!("{shard:02x}{}", text(8)),
        pass: text(24),
    }
}

/// The shard in such a name.
pub(in super::super) fn shard_of(name: &str) -> Option<u8> {
    u8::from_str_radix(name.get(..2)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_shard() {
        for shard in [0, 7, 255] {
            let credentials = credentials(shard);
            assert_eq!(shard_of(&credentials.ufrag), Some(shard));
            assert!(credentials.pass.len() >= 22, "RFC 8445, 5.3");
            assert_eq!(LegId::new(u64::from(u32::MAX), shard).shard(), shard);
        }
        assert_eq!(shard_of("é"), None);
        assert_eq!(shard_of("x"), None);
    }
}
