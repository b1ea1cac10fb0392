//! Enumerations: one table for both directions, so that neither can be forgotten.

use super::Fields;
use crate::{
    event, media,
    media::{action, kind},
    proto, session,
};

/// The most values of one filter.
const MAX_KINDS: usize = 64;

/// A value that the API has a number for.
pub(crate) trait Known: Copy {
    /// The enumeration of the API.
    type Wire: TryFrom<i32> + Into<i32> + From<Self>;

    /// None if it is not given.
    fn known(wire: Self::Wire) -> Option<Self>;

    /// Its number.
    fn number(self) -> i32 {
        Self::Wire::from(self).into()
    }
}

macro_rules! both_ways {
    ($($domain:path as $wire:path { $($own:ident = $theirs:ident),+ $(,)? })+) => {$(
        impl From<$domain> for $wire {
            fn from(own: $domain) -> Self {
                match own { $(<$domain>::$own => Self::$theirs),+ }
            }
        }

        impl Known for $domain {
            type Wire = $wire;

            fn known(wire: $wire) -> Option<Self> {
                match wire {
                    <$wire>::Unspecified => None,
                    $(<$wire>::$theirs => Some(Self::$own)),+
                }
            }
        }
    )+};
}

both_ways! {
    kind::TypeKind as proto::SessionKind {
        P2p = P2p, Echo = Echo, Proxy = Proxy, Publish = Publish, Listen = Listen, Park = Park,
        Mcu = Mcu, Bridge = Bridge, Play = Play,
    }
    session::Status as proto::SessionStatus {
        Starting = Starting, WaitOffer = WaitOffer, WaitAnswer = WaitAnswer, Ready = Ready,
        Destroyed = Destroyed,
    }
    kind::Role as proto::BackendRole { Offerer = Offerer, Offeree = Offeree }
    kind::SdpType as proto::SdpType { Webrtc = Webrtc, Rtp = Rtp }
    kind::MediaKind as proto::MediaKind { Audio = Audio, Video = Video, Data = Data }
    kind::RoomKind as proto::RoomKind { Sfu = Sfu, Mcu = Mcu }
    media::RecordingState as proto::RecordingState {
        Recording = Active, Paused = Paused, Stopped = Stopped, Failed = Failed,
        Uploading = Uploading, Available = Available,
    }
    media::PlayerStatus as proto::PlayerState {
        Playing = Playing, Paused = Paused, Stopped = Stopped, Failed = Failed,
    }
    action::RecorderVerb as proto::RecorderActionKind {
        Start = Start, Stop = Stop, Pause = Pause, Resume = Resume,
    }
    action::PlayerVerb as proto::PlayerActionKind {
        Start = Start, Stop = Stop, Pause = Pause, Resume = Resume, GetInfo = GetInfo,
        GetPosition = GetPosition, SetPosition = SetPosition,
    }
    action::RoomVerb as proto::RoomActionKind {
        SetLayout = SetLayout, ListMembers = ListMembers, MuteMember = MuteMember,
        KickMember = KickMember, Lock = Lock, Unlock = Unlock, Play = Play, Record = Record,
    }
    event::Type as proto::EventType {
        Created = Created, Offer = Offer, Answer = Answer, Type = Type, Candidate = Candidate,
        CandidateEnd = CandidateEnd, Status = Status, Info = Info, MediaFlow = MediaFlow,
        Recorder = Recorder, Player = Player, Dtmf = Dtmf, BackendLost = BackendLost,
        Destroyed = Destroyed, RoomCreated = RoomCreated, MemberStarted = MemberStarted,
        MemberStopped = MemberStopped, RoomUpdated = RoomUpdated, RoomDestroyed = RoomDestroyed,
    }
}

/// The numbers of several values.
pub(crate) fn numbers<K: Known>(values: &[K]) -> Vec<i32> {
    values.iter().map(|value| value.number()).collect()
}

impl Fields<'_> {
    /// A value that may be left out.
    pub(super) fn optional_kind<K: Known>(
        &mut self,
        field: &'static str,
        number: i32,
    ) -> Option<K> {
        match K::Wire::try_from(number) {
            Ok(wire) => K::known(wire),
            Err(_) => {
                let words = format_args!("{number} is none of its values");
                self.invalid(field, words);
                None
            }
        }
    }

    /// Values of a filter: each must be one.
    pub(super) fn kinds<K: Known>(&mut self, field: &'static str, numbers: &[i32]) -> Vec<K> {
        if numbers.len() > MAX_KINDS {
            let words = format_args!("has {} values: give at most {MAX_KINDS}", numbers.len());
            self.invalid(field, words);
            return Vec::new();
        }
        let mut kinds = Vec::with_capacity(numbers.len());
        for (index, number) in numbers.iter().enumerate() {
            match K::Wire::try_from(*number).ok().and_then(K::known) {
                Some(kind) => kinds.push(kind),
                None => {
                    let words = format_args!("{number} is none of its values");
                    self.invalid(format_args!("{field}[{index}]"), words);
                }
            }
        }
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::convert::Limits;

    #[test]
    fn every_value_comes_back() {
        for kind in media::TypeKind::ALL {
            assert_eq!(media::TypeKind::known((*kind).into()), Some(*kind));
        }
        for kind in event::Type::ALL {
            assert_eq!(event::Type::known((*kind).into()), Some(*kind));
        }
    }

    #[test]
    fn unknown_numbers_are_refused() {
        let limits = Limits::default();
        let mut fields = Fields::new(&limits);
        assert_eq!(fields.optional_kind::<media::SdpType>("sdp_type", 0), None);
        assert_eq!(
            fields.optional_kind("sdp_type", 2),
            Some(media::SdpType::Rtp)
        );
        assert_eq!(fields.optional_kind::<media::SdpType>("sdp_type", 3), None);
        assert!(
            fields
                .kinds::<session::Status>("statuses", &[4, 0, -1])
                .len()
                == 1
        );
        let error = fields.finish(None::<()>).expect_err("refused");
        let paths: Vec<_> = error
            .violations()
            .iter()
            .map(|v| v.field.as_str())
            .collect();
        assert_eq!(paths, ["sdp_type", "statuses[1]", "statuses[2]"]);
    }
}
