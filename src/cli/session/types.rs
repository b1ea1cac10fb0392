//! The type of a session, with the options that belong to it; and `session set-type`.

use clap::Args;
use prost_types::Duration;

use super::{
    super::{
        client::Client,
        console::Console,
        error::Error,
        value::{duration, one_of, word},
    },
    show,
};
use crate::proto::{
    Bridge, Echo, Listen, Mcu, P2p, Park, Play, Proxy, Publish, RoomOptions, SessionKind,
    SessionType, SetTypeRequest, session_type::Kind,
};

/// What a session does.
#[derive(Debug, Args)]
pub(crate) struct TypeOptions {
    /// What the session does with the media
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of::<SessionKind>(), help_heading = "Type")]
    kind: SessionKind,
    /// p2p, bridge: the other party's session (p2p: makes this its second party)
    #[arg(long, value_name = "SESSION_ID", help_heading = "Type")]
    peer: Option<String>,
    /// listen: the publishing session to receive
    #[arg(long, value_name = "SESSION_ID", help_heading = "Type")]
    publisher: Option<String>,
    /// publish, mcu: the room [default: a new one]
    #[arg(long, value_name = "ROOM_ID", help_heading = "Type")]
    room: Option<String>,
    /// publish: make the room if it does not exist
    #[arg(long, help_heading = "Type")]
    create_room: bool,
    /// publish: the audio codec of a room that is made, for example opus
    #[arg(long, value_name = "CODEC", help_heading = "Type")]
    room_audio_codec: Option<String>,
    /// publish: the video codec of a room that is made, for example vp8
    #[arg(long, value_name = "CODEC", help_heading = "Type")]
    room_video_codec: Option<String>,
    /// publish: the most each publisher may send in a room that is made, in kbit/s; 0 is no limit
    #[arg(long, value_name = "KBPS", help_heading = "Type")]
    room_bitrate_kbps: Option<u32>,
    /// publish: how long a room that is made may be empty
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Type")]
    room_timeout: Option<Duration>,
    /// mcu: the media server's conference profile
    #[arg(long, help_heading = "Type")]
    profile: Option<String>,
    /// mcu: the video layout
    #[arg(long, help_heading = "Type")]
    layout: Option<String>,
    /// play: the file or stream to play
    #[arg(long, help_heading = "Type")]
    uri: Option<String>,
    /// play: how many times to play it; 0 is for ever [default: 1]
    #[arg(long, value_name = "TIMES", help_heading = "Type")]
    loops: Option<u32>,
}

/// The arguments of `session set-type`.
#[derive(Debug, Args)]
pub struct SetType {
    /// The session's id
    session_id: String,
    #[command(flatten)]
    options: TypeOptions,
}

impl SetType {
    /// Changes the type and shows the session as it stands then.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let request = client.request(SetTypeRequest {
            session_id: self.session_id,
            r#type: Some(self.options.session_type()?),
        });
        let reply = client.sessions().set_type(request).await?.into_inner();
        console.show(&reply, |reply| show::session(reply.session.as_ref()))
    }
}

impl TypeOptions {
    /// The type for the API; an option that belongs to another type is a usage error.
    pub(super) fn session_type(self) -> Result<SessionType, Error> {
        self.refuse_foreign()?;
        let room_options = self.room_options();
        let text = Option::unwrap_or_default;
        let kind = match self.kind {
            SessionKind::P2p => Kind::P2p(P2p {
                peer_id: text(self.peer),
            }),
            SessionKind::Echo => Kind::Echo(Echo {}),
            SessionKind::Proxy => Kind::Proxy(Proxy {}),
            SessionKind::Publish => Kind::Publish(Publish {
                room_id: text(self.room),
                create_room: self.create_room,
                room_options,
            }),
            SessionKind::Listen => Kind::Listen(Listen {
                publisher_id: text(self.publisher),
            }),
            SessionKind::Park => Kind::Park(Park {}),
            SessionKind::Mcu => Kind::Mcu(Mcu {
                room_id: text(self.room),
                profile: text(self.profile),
                layout: text(self.layout),
            }),
            SessionKind::Bridge => Kind::Bridge(Bridge {
                peer_id: text(self.peer),
            }),
            SessionKind::Play => Kind::Play(Play {
                uri: text(self.uri),
                loops: self.loops,
            }),
            SessionKind::Unspecified => return Err(Error::Usage("--type is missing".to_owned())),
        };
        Ok(SessionType { kind: Some(kind) })
    }

    fn room_options(&self) -> Option<RoomOptions> {
        let options = RoomOptions {
            audio_codec: self.room_audio_codec.clone().unwrap_or_default(),
            video_codec: self.room_video_codec.clone().unwrap_or_default(),
            bitrate_kbps: self.room_bitrate_kbps.unwrap_or_default(),
            timeout: self.room_timeout,
        };
        (options != RoomOptions::default()).then_some(options)
    }

    fn refuse_foreign(&self) -> Result<(), Error> {
        use SessionKind::{Bridge, Listen, Mcu, P2p, Play, Publish};
        let owners: [(&str, bool, &[SessionKind]); 12] = [
            ("--peer", self.peer.is_some(), &[P2p, Bridge]),
            ("--publisher", self.publisher.is_some(), &[Listen]),
            ("--room", self.room.is_some(), &[Publish, Mcu]),
            ("--create-room", self.create_room, &[Publish]),
            (
                "--room-audio-codec",
                self.room_audio_codec.is_some(),
                &[Publish],
            ),
            (
                "--room-video-codec",
                self.room_video_codec.is_some(),
                &[Publish],
            ),
            (
                "--room-bitrate-kbps",
                self.room_bitrate_kbps.is_some(),
                &[Publish],
            ),
            ("--room-timeout", self.room_timeout.is_some(), &[Publish]),
            ("--profile", self.profile.is_some(), &[Mcu]),
            ("--layout", self.layout.is_some(), &[Mcu]),
            ("--uri", self.uri.is_some(), &[Play]),
            ("--loops", self.loops.is_some(), &[Play]),
        ];
        let foreign =
            |&&(_, given, of): &&(_, bool, &[SessionKind])| given && !of.contains(&self.kind);
        match owners.iter().find(foreign) {
            None => Ok(()),
            Some((option, _, of)) => {
                let of: Vec<_> = of
                    .iter()
                    .map(|&kind| word::<SessionKind>(kind.into()))
                    .collect();
                let kind = word::<SessionKind>(self.kind.into());
                Err(Error::Usage(format!(
                    "{option} belongs to --type {}, not to {kind}",
                    of.join(" and ")
                )))
            }
        }
    }
}
