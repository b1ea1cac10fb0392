//! `session create`.

use clap::Args;
use prost_types::{Duration, Struct};

use super::{
    super::{
        client::Client,
        console::Console,
        error::Error,
        json,
        value::{duration, label, one_of, read_file},
    },
    media::MediaOptions,
    types::TypeOptions,
};
use crate::proto::{
    CreateSessionRequest, CreateSessionResponse, SdpType, SessionDescription,
    create_session_response::Description,
};

const HELP: &str = "\
What is printed: without --wait-reply the session's id. With --wait-reply the SDP of the answer (or of the offer, if \
none was given), ready for a file or a pipe, and the session's id on stderr as `session ID`; to know the id \
beforehand, choose it with --session-id. With --output json the whole reply is printed.

Examples:
  # the client's media comes back from a media server
  mediaplane session create --type echo --offer-file offer.sdp --wait-reply
  # two clients talk directly: the caller a and the called b, which answers
  mediaplane session create --type p2p --session-id a --offer-file a.sdp
  mediaplane session create --type p2p --session-id b --peer a \\
      --master a --set-master-answer
  mediaplane session offer b
  mediaplane session answer b --set-file b.sdp
  mediaplane session answer a
  # a publisher p in a new room, and a listener, which gets an offer
  mediaplane session create --type publish --room r --create-room \\
      --session-id p --offer-file p.sdp --wait-reply
  mediaplane session create --type listen --publisher p --wait-reply";

/// The arguments of `session create`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Create {
    #[command(flatten)]
    kind: TypeOptions,
    /// Wait for the answer (or for the offer, if none is given) and print its SDP
    #[arg(long)]
    wait_reply: bool,
    /// The session's id; 1 to 256 of A-Z a-z 0-9 . _ ~ - [default: a new UUID]
    #[arg(long, value_name = "ID")]
    session_id: Option<String>,
    /// The media server's name or kind (janus, freeswitch, kurento, embedded) [default: chosen by the service]
    #[arg(long)]
    backend: Option<String>,
    /// A label to find the session by; may be given again
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
    /// Who this is for, to find it by [default: the caller]
    #[arg(long)]
    user: Option<String>,
    /// Options that only this kind of media server knows
    #[arg(long, value_name = "JSON", value_parser = json::parse_object)]
    backend_options: Option<Struct>,
    #[command(flatten)]
    negotiation: Negotiation,
    #[command(flatten)]
    media: MediaOptions,
    #[command(flatten)]
    life: Life,
    #[command(flatten)]
    events: Events,
}

/// Offer, answer and candidates.
#[derive(Debug, Args)]
#[command(next_help_heading = "Negotiation")]
struct Negotiation {
    /// A file with the SDP offer, or - for stdin [default: the media server makes the offer]
    #[arg(long, value_name = "FILE")]
    offer_file: Option<String>,
    /// The flavour of the SDP offer that is given
    #[arg(long, value_name = "FLAVOUR", value_parser = one_of::<SdpType>(), default_value = "webrtc", requires = "offer_file")]
    offer_sdp_type: SdpType,
    /// The offer's ICE candidates come later, see `session candidate`
    #[arg(long, requires = "offer_file")]
    trickle: bool,
    /// The flavour of SDP that the media server must make
    #[arg(long, value_name = "FLAVOUR", value_parser = one_of::<SdpType>(), default_value = "webrtc")]
    sdp_type: SdpType,
    /// Put all candidates into the offer before it goes on
    #[arg(long)]
    no_offer_trickle_ice: bool,
    /// Put all candidates into the answer before it goes on
    #[arg(long)]
    no_answer_trickle_ice: bool,
    /// How long to collect candidates for that, 100ms to 30s [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    trickle_ice_timeout: Option<Duration>,
}

/// What the session is tied to, and how long it lasts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Life")]
struct Life {
    /// Make this session the slave of that one: when one stops, so does the other
    #[arg(long, value_name = "SESSION_ID")]
    master: Option<String>,
    /// Set this session's answer on its master
    #[arg(long, requires = "master")]
    set_master_answer: bool,
    /// Whether to stop when the master, slave or peer stops [default: true]
    #[arg(long, value_name = "BOOL")]
    stop_after_peer: Option<bool>,
    /// How long to wait for the answer [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    wait_timeout: Option<Duration>,
    /// How long the session may last after that [default: 24h]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    ready_timeout: Option<Duration>,
    /// Destroy the session when nobody has watched it for this long [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    destroy_when_unwatched: Option<Duration>,
}

/// Who is told of the session.
#[derive(Debug, Args)]
#[command(next_help_heading = "Events")]
struct Events {
    /// Whether the session's events go to the stream of --subscriber [default: true]
    #[arg(long, value_name = "BOOL")]
    subscribe: Option<bool>,
    /// The event stream that the session belongs to, see `session watch --subscriber` [default: the caller's]
    #[arg(long, value_name = "NAME")]
    subscriber: Option<String>,
    /// Returned in each event of the session
    #[arg(long, value_name = "JSON", value_parser = json::parse_object)]
    event_body: Option<Struct>,
}

impl Create {
    /// Creates the session and prints its id or its SDP.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let request = client.request(self.request()?);
        let reply = client
            .sessions()
            .create_session(request)
            .await?
            .into_inner();
        if reply.description.is_some() {
            console.remark(&format!("session {}", reply.session_id))?;
        }
        console.show(&reply, created)
    }

    fn request(self) -> Result<CreateSessionRequest, Error> {
        let Self {
            negotiation,
            life,
            events,
            ..
        } = self;
        let text = Option::unwrap_or_default;
        Ok(CreateSessionRequest {
            session_id: text(self.session_id),
            r#type: Some(self.kind.session_type()?),
            wait_reply: self.wait_reply,
            offer: negotiation.offer()?,
            no_offer_trickle_ice: negotiation.no_offer_trickle_ice,
            no_answer_trickle_ice: negotiation.no_answer_trickle_ice,
            trickle_ice_timeout: negotiation.trickle_ice_timeout,
            sdp_type: negotiation.sdp_type.into(),
            backend: text(self.backend),
            master_id: text(life.master),
            set_master_answer: life.set_master_answer,
            stop_after_peer: life.stop_after_peer,
            wait_timeout: life.wait_timeout,
            ready_timeout: life.ready_timeout,
            subscribe: events.subscribe,
            subscriber: text(events.subscriber),
            event_body: events.event_body,
            destroy_when_unwatched: life.destroy_when_unwatched,
            media: self.media.update(),
            user_id: text(self.user),
            labels: self.labels.into_iter().collect(),
            backend_options: self.backend_options,
        })
    }
}

impl Negotiation {
    fn offer(&self) -> Result<Option<SessionDescription>, Error> {
        let description = |sdp| SessionDescription {
            sdp,
            sdp_type: self.offer_sdp_type.into(),
            trickle_ice: self.trickle,
        };
        let sdp = self.offer_file.as_deref().map(read_file).transpose()?;
        Ok(sdp.map(description))
    }
}

fn created(reply: &CreateSessionResponse) -> String {
    match &reply.description {
        Some(Description::Offer(description) | Description::Answer(description)) => {
            description.sdp.clone()
        }
        None => reply.session_id.clone(),
    }
}
