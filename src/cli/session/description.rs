//! `session offer`, `session answer` and `session candidate`.

use clap::{ArgGroup, Args};

use super::super::{
    client::Client,
    console::Console,
    error::Error,
    value::{one_of, read_file},
};
use crate::proto::{
    GetAnswerRequest, GetOfferRequest, SdpType, SessionDescription, SetAnswerRequest,
    SetCandidateEndRequest, SetCandidateRequest,
};

/// Waits for the offer and prints its SDP.
pub(super) async fn offer(
    session_id: String,
    client: &Client,
    console: &mut Console,
) -> Result<(), Error> {
    let request = client.request(GetOfferRequest { session_id });
    let reply = client.sessions().get_offer(request).await?.into_inner();
    console.show(&reply, |reply| sdp(reply.offer.as_ref()))
}

/// The arguments of `session answer`.
#[derive(Debug, Args)]
pub struct Answer {
    /// The session's id
    session_id: String,
    /// Set the answer from this file, or from stdin if it is -, instead of printing it
    #[arg(long, value_name = "FILE")]
    set_file: Option<String>,
    /// The flavour of the SDP answer that is set
    #[arg(long, value_name = "FLAVOUR", value_parser = one_of::<SdpType>(), default_value = "webrtc", requires = "set_file")]
    sdp_type: SdpType,
    /// The answer's ICE candidates come later, see `session candidate`
    #[arg(long, requires = "set_file")]
    trickle: bool,
}

impl Answer {
    /// Waits for the answer and prints its SDP, or sets it.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let session_id = self.session_id;
        let mut service = client.sessions();
        if let Some(path) = self.set_file {
            let answer = SessionDescription {
                sdp: read_file(&path)?,
                sdp_type: self.sdp_type.into(),
                trickle_ice: self.trickle,
            };
            let request = client.request(SetAnswerRequest {
                session_id,
                answer: Some(answer),
            });
            let reply = service.set_answer(request).await?.into_inner();
            return console.done(&reply);
        }
        let request = client.request(GetAnswerRequest { session_id });
        let reply = service.get_answer(request).await?.into_inner();
        console.show(&reply, |reply| sdp(reply.answer.as_ref()))
    }
}

/// The arguments of `session candidate`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["candidate", "end"]))]
#[command(group = ArgGroup::new("section").multiple(true).args(["mid", "index"]))]
pub struct Candidate {
    /// The session's id
    session_id: String,
    /// The candidate: candidate:...
    #[arg(long, requires = "section")]
    candidate: Option<String>,
    /// The media section's a=mid value
    #[arg(long, value_name = "MID", conflicts_with = "end")]
    mid: Option<String>,
    /// The media section's place in the SDP, from 0
    #[arg(long, value_name = "N", conflicts_with = "end")]
    index: Option<u32>,
    /// There are no more candidates
    #[arg(long)]
    end: bool,
}

impl Candidate {
    /// Adds the candidate, or ends them.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let session_id = self.session_id;
        let mut service = client.sessions();
        let Some(candidate) = self.candidate else {
            let request = client.request(SetCandidateEndRequest { session_id });
            let reply = service.set_candidate_end(request).await?.into_inner();
            return console.done(&reply);
        };
        let request = client.request(SetCandidateRequest {
            session_id,
            sdp_mid: self.mid,
            sdp_m_line_index: self.index,
            candidate,
        });
        let reply = service.set_candidate(request).await?.into_inner();
        console.done(&reply)
    }
}

fn sdp(description: Option<&SessionDescription>) -> String {
    description
        .map(|description| description.sdp.clone())
        .unwrap_or_default()
}
