//! The messages that are sent. Text of others gets into them only as a [`Word`], a [`Call`] or a body.

use std::net::SocketAddr;

use rsipstack::sip::{
    Header, HeadersExt, Method, Request, Response, StatusCode, Uri, Version,
    headers::{Allow, CSeq, CallId, Contact, ContentLength, ContentType, From, To, Via},
    prelude::ToTypedHeader,
};
use uuid::Uuid;

use super::super::{
    command::{Call, Word},
    config::SipTransport,
    error::Error,
};

/// What is understood.
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS";

/// Who this side is in its messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    /// Where FreeSWITCH reaches it.
    pub(super) contact: SocketAddr,
    pub(super) transport: SipTransport,
}

impl Identity {
    fn via(self) -> Header {
        let Self { contact, transport } = self;
        let transport = match transport {
            SipTransport::Tcp => "TCP",
            SipTransport::Udp => "UDP",
        };
        // The magic cookie of RFC 3261, section 8.1.1.7, and a word of its own for each transaction.
        let branch = unique();
        Header::Via(Via::new(format!(
            "SIP/2.0/{transport} {contact};branch=z9hG4bK{branch};rport"
        )))
    }

    /// The header by which FreeSWITCH finds this side.
    fn contact(self) -> Header {
        let Self { contact, transport } = self;
        let parameter = match transport {
            SipTransport::Tcp => ";transport=tcp",
            SipTransport::Udp => "",
        };
        Header::Contact(Contact::new(format!(
            "<sip:mediaplane@{contact}{parameter}>"
        )))
    }
}

/// A word that nobody else has: a tag, or a branch.
pub(super) fn unique() -> String {
    Uuid::new_v4().simple().to_string()
}

/// The INVITE of a call, with a tag of its own.
pub(super) fn invite(
    identity: Identity,
    target: &Uri,
    call: Call,
    extra: &[(&'static str, Word)],
    offer: &str,
) -> Request {
    let (contact, tag) = (identity.contact, unique());
    let mut headers = vec![
        identity.via(),
        Header::MaxForwards(70.into()),
        Header::From(From::new(format!("<sip:mediaplane@{contact}>;tag={tag}"))),
        Header::To(To::new(format!("<{target}>"))),
        Header::CallId(CallId::new(call.to_string())),
        Header::CSeq(CSeq::new("1 INVITE")),
        identity.contact(),
        Header::Allow(Allow::new(ALLOW)),
    ];
    let extra = extra.iter();
    headers.extend(extra.map(|(name, word)| Header::Other((*name).to_owned(), word.to_string())));
    headers.push(Header::ContentType(ContentType::new("application/sdp")));
    Request {
        method: Method::Invite,
        uri: target.clone(),
        version: Version::V2,
        headers: headers.into(),
        body: offer.as_bytes().to_vec(),
    }
}

/// What takes an INVITE back (RFC 3261, section 9.1).
pub(super) fn cancel(invite: &Request) -> Request {
    let mut headers = invite.headers.clone();
    headers.retain(|header| {
        matches!(
            header,
            Header::Via(_)
                | Header::MaxForwards(_)
                | Header::From(_)
                | Header::To(_)
                | Header::CallId(_)
        )
    });
    headers.push(Header::CSeq(CSeq::new("1 CANCEL")));
    headers.push(Header::ContentLength(ContentLength::from(0)));
    Request {
        method: Method::Cancel,
        uri: invite.uri.clone(),
        version: Version::V2,
        headers,
        body: Vec::new(),
    }
}

/// What ends the dialog that the 2xx to an INVITE of ours began.
pub(super) fn bye(identity: Identity, invite: &Request, response: &Response) -> Option<Request> {
    let target = response.contact_header().ok()?.typed().ok()?.uri;
    let headers = vec![
        identity.via(),
        Header::MaxForwards(70.into()),
        Header::From(invite.from_header().ok()?.clone()),
        Header::To(response.to_header().ok()?.clone()),
        Header::CallId(invite.call_id_header().ok()?.clone()),
        Header::CSeq(CSeq::new("2 BYE")),
    ];
    Some(Request {
        method: Method::Bye,
        uri: target,
        version: Version::V2,
        headers: headers.into(),
        body: Vec::new(),
    })
}

/// A response in which this side has a tag.
pub(super) fn response(
    identity: Identity,
    request: &Request,
    status: StatusCode,
    tag: &str,
    description: Option<&str>,
) -> Response {
    let mut headers = request.headers.clone();
    headers.retain(|header| {
        matches!(
            header,
            Header::Via(_) | Header::From(_) | Header::To(_) | Header::CallId(_) | Header::CSeq(_)
        )
    });
    for header in headers.iter_mut() {
        if let Header::To(to) = header {
            *to = to.with_tag(tag.into());
        }
    }
    headers.push(identity.contact());
    headers.push(allow());
    let body = description.unwrap_or_default().as_bytes().to_vec();
    if !body.is_empty() {
        headers.push(Header::ContentType(ContentType::new("application/sdp")));
    }
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    headers.push(Header::ContentLength(ContentLength::from(length)));
    Response {
        status_code: status,
        wire_reason: None,
        version: Version::V2,
        headers,
        body,
    }
}

/// What is understood, as a header.
pub(super) fn allow() -> Header {
    Header::Allow(Allow::new(ALLOW))
}

/// The call of a request, if it has the name of one.
pub(super) fn call(request: &Request) -> Option<Call> {
    Call::try_parse(request.call_id_header().ok()?.value()).ok()
}

/// The tag of this side in a request of the other.
pub(super) fn own_tag(request: &Request) -> Option<String> {
    let tag = request.to_header().ok()?.tag().ok()??;
    Some(tag.value().to_owned())
}

/// The description in a body.
pub(super) fn description(body: &[u8]) -> Result<String, Error> {
    let text = std::str::from_utf8(body).ok();
    let text = text.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Error::Malformed("a call without a description".to_owned()))?;
    Ok(text.to_owned())
}
