//! The media controls; and `session update`.

use clap::Args;

use super::{
    super::{client::Client, console::Console, error::Error, table::record},
    show,
};
use crate::proto::{MediaUpdate, UpdateMediaRequest};

/// The media controls that a session may start with.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct MediaOptions {
    /// Stop the client's audio from reaching others
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Media")]
    mute_audio: Option<bool>,
    /// Stop the client's video from reaching others
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Media")]
    mute_video: Option<bool>,
    /// Stop the client's data channels from reaching others
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Media")]
    mute_data: Option<bool>,
    /// The most that the client may send, in kbit/s; 0 is no limit
    #[arg(long, value_name = "KBPS", help_heading = "Media")]
    bitrate_kbps: Option<u32>,
    /// The highest layer of layered video to receive; 0 is the smallest
    #[arg(long, value_name = "LAYER", help_heading = "Media")]
    max_layer: Option<u32>,
}

/// The arguments of `session update`.
#[derive(Debug, Args)]
#[command(
    after_help = "Only what is given changes. --mute-audio mutes, --mute-audio=false unmutes."
)]
pub struct Update {
    /// The session's id
    session_id: String,
    #[command(flatten)]
    options: MediaOptions,
}

impl Update {
    /// Changes the controls and shows them as they stand then.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let media = self.options.update();
        if media.is_none() {
            return Err(Error::Usage(
                "nothing to change: give --mute-audio, --mute-video, --mute-data, --bitrate-kbps or --max-layer"
                    .to_owned(),
            ));
        }
        let request = client.request(UpdateMediaRequest {
            session_id: self.session_id,
            media,
        });
        let reply = client.sessions().update_media(request).await?.into_inner();
        console.show(&reply, |reply| {
            record([("media", show::media(reply.media.as_ref()))])
        })
    }
}

impl MediaOptions {
    /// The controls for the API, if any is given.
    pub(super) fn update(self) -> Option<MediaUpdate> {
        let update = MediaUpdate {
            mute_audio: self.mute_audio,
            mute_video: self.mute_video,
            mute_data: self.mute_data,
            bitrate_kbps: self.bitrate_kbps,
            max_layer: self.max_layer,
        };
        (update != MediaUpdate::default()).then_some(update)
    }
}
