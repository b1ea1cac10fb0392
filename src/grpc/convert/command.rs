//! The simple commands of a session: each request names the session and what to do.

use std::time::Duration;

use super::{Fields, Limits, time};
use crate::{
    error::{Reason, Result},
    id::{MAX_LEN, SessionId},
    media::{MediaUpdate, SessionType},
    proto,
    session::Command,
};

/// How long a tone is, if the caller does not say.
const TONE: Duration = Duration::from_millis(100);
/// The most tones of one request.
const MAX_DIGITS: usize = 64;
/// The longest words for a `destroyed` event, in bytes.
const MAX_MESSAGE: usize = 1024;

/// A session, and what to do with it.
pub(crate) type For<T> = (SessionId, T);

/// A request that only names a session.
pub(crate) fn session_id(limits: &Limits, id: &str) -> Result<SessionId> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", id);
    fields.finish(id)
}

/// `DestroySession`.
pub(crate) fn destroy(
    limits: &Limits,
    request: proto::DestroySessionRequest,
) -> Result<For<Command>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    fields.is_plain("message", &request.message, MAX_MESSAGE);
    let destroy = Command::Destroy {
        reason: Reason::UserStop,
        message: request.message,
    };
    fields.finish(id.map(|id| (id, destroy)))
}

/// `SetAnswer`.
pub(crate) fn set_answer(
    limits: &Limits,
    request: proto::SetAnswerRequest,
) -> Result<For<Command>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let answer = fields.description("answer", request.answer);
    fields.finish(id.zip(answer.map(Command::SetAnswer)))
}

/// `SetCandidate`.
pub(crate) fn set_candidate(
    limits: &Limits,
    request: &proto::SetCandidateRequest,
) -> Result<For<Command>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let candidate = fields.candidate(
        request.sdp_mid.as_deref(),
        request.sdp_m_line_index,
        &request.candidate,
    );
    fields.finish(id.zip(candidate.map(Command::Candidate)))
}

/// `UpdateMedia`.
pub(crate) fn update_media(
    limits: &Limits,
    request: &proto::UpdateMediaRequest,
) -> Result<For<MediaUpdate>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let media = fields.media(request.media);
    fields.finish(id.zip(media))
}

/// `SetType`.
pub(crate) fn set_type(
    limits: &Limits,
    request: proto::SetTypeRequest,
) -> Result<For<SessionType>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let to = fields.session_type(request.r#type);
    fields.finish(id.zip(to))
}

/// `SendDtmf`: the digits, and how long each is.
pub(crate) fn send_dtmf(
    limits: &Limits,
    request: &proto::SendDtmfRequest,
) -> Result<For<(std::sync::Arc<str>, Duration)>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let digits = &request.digits;
    let allowed = |b: u8| b.is_ascii_digit() || b"*#ABCD".contains(&b);
    if digits.is_empty() {
        fields.missing("digits");
    } else if digits.len() > MAX_DIGITS || !digits.bytes().all(allowed) {
        fields.invalid("digits", "must be 1 to 64 of 0-9 A-D * #");
    }
    let duration = fields.optional_duration("duration", request.duration, time::TONE);
    let tones = (digits.as_str().into(), duration.unwrap_or(TONE));
    fields.finish(id.map(|id| (id, tones)))
}

/// `SendInfo`.
pub(crate) fn send_info(limits: &Limits, request: proto::SendInfoRequest) -> Result<For<Command>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    if request.info.is_empty() {
        fields.missing("info");
    }
    fields.is_plain("info", &request.info, MAX_LEN);
    let body = fields.optional_json("body", request.body);
    let info = Command::Info {
        name: request.info,
        body: body.unwrap_or_default(),
    };
    fields.finish(id.map(|id| (id, info)))
}
