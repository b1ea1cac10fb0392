//! What a backend can do: the one truth that choice, guard, `ListBackends` and docs read.

use super::{
    action::{PlayerVerb, RecorderVerb, RoomVerb},
    kind::{Role, SdpType, TypeKind},
    update::{MediaUpdate, Update},
};

/// All that one backend can do, type by type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// One entry for each type, role and kind of description that differ in anything.
    pub types: Vec<TypeCapability>,
}

/// What can be done with sessions of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCapability {
    /// The type.
    pub kind: TypeKind,
    /// The sides of offer/answer that the backend can be on.
    pub roles: &'static [Role],
    /// The kinds of description it speaks with the client.
    pub sdp_types: &'static [SdpType],
    /// Takes the client's candidates one by one (RFC 8838).
    pub remote_trickle: bool,
    /// Gives its own candidates one by one.
    pub local_trickle: bool,
    /// Media updates.
    pub media: MediaCapability,
    /// Recorder actions.
    pub recorder: &'static [RecorderVerb],
    /// Player actions.
    pub player: &'static [PlayerVerb],
    /// Room actions.
    pub room: &'static [RoomVerb],
    /// Types that a live session can become.
    pub set_type: &'static [TypeKind],
    /// Sends tones.
    pub dtmf: bool,
    /// Counts what flows.
    pub stats: bool,
}

/// Which media updates a backend can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a row of the capability table"
)]
pub struct MediaCapability {
    /// `mute_audio`.
    pub mute_audio: bool,
    /// `mute_video`.
    pub mute_video: bool,
    /// `mute_data`.
    pub mute_data: bool,
    /// `bitrate_kbps`.
    pub bitrate: bool,
    /// `bitrate_kbps` when the session is made, and not any more later.
    pub bitrate_at_open: bool,
    /// `max_layer`.
    pub max_layer: bool,
}

impl MediaCapability {
    /// As [`MediaCapability::missing`], of what is wanted of a session that is being made.
    #[must_use]
    pub fn missing_at_open(self, update: &MediaUpdate) -> Vec<&'static str> {
        let bitrate = self.bitrate || self.bitrate_at_open;
        Self { bitrate, ..self }.missing(update)
    }

    /// The names of those fields of `update` that are set and cannot be done.
    #[must_use]
    pub fn missing(self, update: &MediaUpdate) -> Vec<&'static str> {
        [
            (
                update.mute_audio.is_some() && !self.mute_audio,
                "mute_audio",
            ),
            (
                update.mute_video.is_some() && !self.mute_video,
                "mute_video",
            ),
            (update.mute_data.is_some() && !self.mute_data, "mute_data"),
            (
                update.bitrate_kbps.is_some() && !self.bitrate,
                "bitrate_kbps",
            ),
            (update.max_layer.is_some() && !self.max_layer, "max_layer"),
        ]
        .into_iter()
        .filter_map(|(missing, name)| missing.then_some(name))
        .collect()
    }
}

impl TypeCapability {
    /// A type of which nothing optional can be done.
    #[must_use]
    pub const fn new(
        kind: TypeKind,
        roles: &'static [Role],
        sdp_types: &'static [SdpType],
    ) -> Self {
        Self {
            kind,
            roles,
            sdp_types,
            remote_trickle: false,
            local_trickle: false,
            media: MediaCapability {
                mute_audio: false,
                mute_video: false,
                mute_data: false,
                bitrate: false,
                bitrate_at_open: false,
                max_layer: false,
            },
            recorder: &[],
            player: &[],
            room: &[],
            set_type: &[],
            dtmf: false,
            stats: false,
        }
    }

    /// What of `update` cannot be done, in words; none if all can.
    #[must_use]
    pub fn lacks(&self, update: &Update) -> Option<String> {
        let lack = |can: bool, what: String| (!can).then_some(what);
        match update {
            Update::Media(media) => {
                let missing = self.media.missing(media);
                lack(
                    missing.is_empty(),
                    format!("media update {}", missing.join(", ")),
                )
            }
            Update::Type(to) => lack(
                self.set_type.contains(&to.kind()),
                format!("set_type to {}", to.kind()),
            ),
            Update::Recorder(action) => lack(
                self.recorder.contains(&action.verb()),
                format!("recorder action {}", action.verb()),
            ),
            Update::Player(action) => lack(
                self.player.contains(&action.verb()),
                format!("player action {}", action.verb()),
            ),
            Update::Room(action) => lack(
                self.room.contains(&action.verb()),
                format!("room action {}", action.verb()),
            ),
            Update::Dtmf { .. } => lack(self.dtmf, "send_dtmf".into()),
            Update::Stats => lack(self.stats, "get_stats".into()),
        }
    }
}

impl Capabilities {
    /// What can be done with sessions of `kind` in `role` with `sdp_type`.
    #[must_use]
    pub fn find(&self, kind: TypeKind, role: Role, sdp_type: SdpType) -> Option<&TypeCapability> {
        self.types.iter().find(|entry| {
            entry.kind == kind && entry.roles.contains(&role) && entry.sdp_types.contains(&sdp_type)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_advertised_is_named() {
        let mut echo = TypeCapability::new(TypeKind::Echo, &[Role::Offeree], &[SdpType::Webrtc]);
        echo.media.mute_audio = true;
        let update = |media| Update::Media(media);
        let audio = MediaUpdate {
            mute_audio: Some(true),
            ..MediaUpdate::default()
        };
        assert_eq!(echo.lacks(&update(audio)), None);
        let data = MediaUpdate {
            mute_data: Some(true),
            max_layer: Some(1),
            ..audio
        };
        assert_eq!(
            echo.lacks(&update(data)),
            Some("media update mute_data, max_layer".into())
        );
        assert_eq!(echo.lacks(&Update::Stats), Some("get_stats".into()));

        let capped = MediaUpdate {
            bitrate_kbps: Some(300),
            ..MediaUpdate::default()
        };
        echo.media.bitrate_at_open = true;
        assert!(echo.media.missing_at_open(&capped).is_empty());
        assert_eq!(echo.media.missing(&capped), ["bitrate_kbps"]);

        let all = Capabilities { types: vec![echo] };
        assert!(
            all.find(TypeKind::Echo, Role::Offeree, SdpType::Webrtc)
                .is_some()
        );
        assert!(
            all.find(TypeKind::Echo, Role::Offerer, SdpType::Webrtc)
                .is_none()
        );
    }
}
