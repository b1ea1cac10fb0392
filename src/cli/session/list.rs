//! `session list`.

use clap::Args;

use super::{
    super::{
        client::Client,
        console::Console,
        error::Error,
        value::{label, one_of},
    },
    show,
};
use crate::proto::{ListSessionsRequest, SessionFilter, SessionKind, SessionStatus};

/// How many sessions are asked for at a time.
const PAGE: u32 = 100;

/// The arguments of `session list`.
#[derive(Debug, Args)]
#[command(
    after_help = "A session must match every option given; options given more than once match any of their values, \
except --label, of which all must match. Sessions that have ended are listed with --status destroyed."
)]
pub struct List {
    /// Only sessions of this type; may be given again
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of::<SessionKind>())]
    types: Vec<SessionKind>,
    /// Only sessions on this media server, by name or kind; may be given again
    #[arg(long = "backend", value_name = "BACKEND")]
    backends: Vec<String>,
    /// Only sessions in this status; may be given again
    #[arg(long = "status", value_name = "STATUS", value_parser = one_of::<SessionStatus>())]
    statuses: Vec<SessionStatus>,
    /// Only sessions of this user
    #[arg(long)]
    user: Option<String>,
    /// Only sessions in this room
    #[arg(long, value_name = "ROOM_ID")]
    room: Option<String>,
    /// Only sessions with this label; may be given again
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
    /// At most this many [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

impl List {
    /// Reads all pages and prints them as one.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let mut service = client.sessions();
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        let mut request = self.request();
        let mut sessions = Vec::new();
        loop {
            let page = client.request(request.clone());
            let mut reply = service.list_sessions(page).await?.into_inner();
            sessions.append(&mut reply.sessions);
            sessions.truncate(limit);
            if reply.next_page_token.is_empty() || sessions.len() == limit {
                reply.sessions = sessions;
                return console.show(&reply, |reply| show::sessions(&reply.sessions));
            }
            request.page_token = reply.next_page_token;
        }
    }

    fn request(self) -> ListSessionsRequest {
        ListSessionsRequest {
            filter: Some(SessionFilter {
                types: self.types.into_iter().map(i32::from).collect(),
                backends: self.backends,
                statuses: self.statuses.into_iter().map(i32::from).collect(),
                user_id: self.user.unwrap_or_default(),
                room_id: self.room.unwrap_or_default(),
                labels: self.labels.into_iter().collect(),
            }),
            page_size: self.limit.map_or(PAGE, |limit| limit.min(PAGE)),
            page_token: String::new(),
        }
    }
}
