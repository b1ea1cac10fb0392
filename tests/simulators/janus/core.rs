//! The verbs of the core, and what it checks before a plugin sees a message.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::frames::Frame;
use super::plugin::{self, Plugin, Turn};
use super::world::{At, ConnId, Handle, Peer, PeerState, Session, World};

/// A request, as far as the core looks into it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) conn: ConnId,
    pub(super) transaction: String,
    verb: String,
    session: Option<u64>,
    handle: Option<u64>,
    message: Value,
}

/// A refusal of the core: its code and words.
type Refusal = (u32, String);

impl Request {
    /// Reads a frame; an error is what the core answers to something that is no request.
    pub(super) fn read(conn: ConnId, text: &str) -> Result<Request, Value> {
        let refuse = |code, reason: &str| {
            let frame = Frame::refusal(code, reason).without("session_id");
            frame.without("transaction").into_value()
        };
        let message: Value = serde_json::from_str(text)
            .map_err(|error| refuse(454, &format!("Invalid Janus API request - {error}")))?;
        let word = |field: &str| match &message[field] {
            Value::String(word) => Ok(word.clone()),
            Value::Null => Err(refuse(456, &format!("Missing mandatory element ({field})"))),
            _ => Err(refuse(
                467,
                &format!("Invalid element type ({field} should be a string)"),
            )),
        };
        let (transaction, verb) = (word("transaction")?, word("janus")?);
        if verb == "create" && !(message["id"].is_null() || message["id"].is_u64()) {
            return Err(refuse(
                467,
                "Invalid element type (id should be a positive integer)",
            ));
        }
        Ok(Request {
            conn,
            transaction,
            verb,
            session: message["session_id"].as_u64(),
            handle: message["handle_id"].as_u64(),
            message,
        })
    }

    /// What faults are ordered on: the verb, or plugin and request of a message (`videocall.call`).
    pub(super) fn name(&self, world: &mut World) -> String {
        let at = self.session.zip(self.handle);
        let handle = at.and_then(|(session, handle)| world.handle(At { session, handle }));
        match handle {
            Some(handle) if self.verb == "message" => {
                let request = self.message["body"]["request"]
                    .as_str()
                    .unwrap_or("message");
                format!("{}.{request}", handle.plugin.name())
            }
            _ => self.verb.clone(),
        }
    }

    /// Whether a plugin works on it beside the others.
    pub(super) fn is_message(&self) -> bool {
        self.verb == "message"
    }

    /// A reply of the core.
    pub(super) fn reply(&self, frame: Frame) -> Value {
        let frame = frame.with("transaction", self.transaction.as_str());
        match self.session {
            Some(session) => frame.with("session_id", session),
            None => frame.without("session_id"),
        }
        .into_value()
    }

    /// A refusal of the core.
    pub(super) fn refusal(&self, code: u32, reason: &str) -> Value {
        self.reply(Frame::refusal(code, reason))
    }
}

impl World {
    /// Does what a request asks for.
    pub(super) fn request(&mut self, request: &Request) {
        if let Err((code, reason)) = self.perform(request) {
            let refusal = request.refusal(code, &reason);
            self.send(request.conn, refusal);
        }
    }

    fn perform(&mut self, request: &Request) -> Result<(), Refusal> {
        if request.verb == "info" {
            return self.info(request);
        }
        let secret = self.options.api_secret.as_deref();
        if secret.is_some() && secret != request.message["apisecret"].as_str() {
            let words = "Unauthorized request (wrong or missing secret/token)";
            return Err((403, words.to_owned()));
        }
        match (request.verb.as_str(), request.session, request.handle) {
            ("ping", ..) => self.answer(request, Frame::recorded("pong")),
            ("create", ..) => self.create(request),
            ("claim" | "keepalive" | "destroy" | "attach", Some(session), None) => {
                self.session_verb(request, session)
            }
            ("hangup" | "detach" | "trickle" | "message", Some(session), Some(handle)) => {
                self.handle_verb(request, At { session, handle })
            }
            (verb, ..) => Err((457, format!("Unhandled request '{verb}' at this path"))),
        }
    }

    fn answer(&mut self, request: &Request, frame: Frame) -> Result<(), Refusal> {
        let reply = request.reply(frame);
        self.send(request.conn, reply);
        Ok(())
    }

    fn info(&mut self, request: &Request) -> Result<(), Refusal> {
        let frame = Frame::recorded("server_info")
            .with("api_secret", self.options.api_secret.is_some())
            .with("session-timeout", self.options.session_timeout)
            .with(
                "reclaim-session-timeout",
                self.options.reclaim_session_timeout,
            );
        self.answer(request, frame)
    }

    fn create(&mut self, request: &Request) -> Result<(), Refusal> {
        let wanted = request.message["id"].as_u64().filter(|id| *id != 0);
        let id = wanted.unwrap_or_else(|| self.new_id());
        if self.sessions.contains_key(&id) {
            let refusal = Frame::refusal(468, "Session ID already in use").with("session_id", id);
            let refusal = refusal.with("transaction", request.transaction.as_str());
            self.send(request.conn, refusal.into_value());
            return Ok(());
        }
        let (owner, handles) = (Some(request.conn), BTreeMap::default());
        self.sessions.insert(id, Session { owner, handles });
        self.answer(
            request,
            Frame::recorded("created").with("data", json!({"id": id})),
        )
    }

    fn session_verb(&mut self, request: &Request, id: u64) -> Result<(), Refusal> {
        let Some(session) = self.sessions.get_mut(&id) else {
            return Err((458, format!("No such session {id}")));
        };
        match request.verb.as_str() {
            "keepalive" => return self.answer(request, Frame::recorded("ack")),
            "attach" => return self.attach(request, id),
            "claim" => session.owner = Some(request.conn),
            _ => drop(self.destroy(id)),
        }
        self.answer(request, success())
    }

    fn attach(&mut self, request: &Request, session: u64) -> Result<(), Refusal> {
        let name = &request.message["plugin"];
        let name = name
            .as_str()
            .ok_or((456, "Missing mandatory element (plugin)".to_owned()))?;
        let plugin = Plugin::named(name).ok_or((460, format!("No such plugin '{name}'")))?;
        let id = self.new_id();
        let opaque_id = request.message["opaque_id"].as_str().map(str::to_owned);
        let handle = Handle {
            opaque_id,
            plugin,
            peer: Peer::default(),
        };
        let handles = self
            .sessions
            .get_mut(&session)
            .map(|session| &mut session.handles);
        handles.expect("the caller found it").insert(id, handle);
        self.answer(
            request,
            Frame::recorded("attached").with("data", json!({"id": id})),
        )
    }

    fn handle_verb(&mut self, request: &Request, at: At) -> Result<(), Refusal> {
        if !self.sessions.contains_key(&at.session) {
            return Err((458, format!("No such session {}", at.session)));
        }
        if self.handle(at).is_none() {
            let words = format!("No such handle {} in session {}", at.handle, at.session);
            return Err((459, words));
        }
        match request.verb.as_str() {
            "trickle" => self.trickle(request, at),
            "message" => self.message(request, at),
            "hangup" => {
                self.answer(request, success())?;
                self.hangs_up(at, "Janus API");
                Ok(())
            }
            _ => {
                self.answer(request, success())?;
                self.detach(at);
                Ok(())
            }
        }
    }

    /// Takes a handle away.
    pub(super) fn detach(&mut self, at: At) {
        let session = self.sessions.get_mut(&at.session);
        let Some(handle) = session.and_then(|session| session.handles.remove(&at.handle)) else {
            return;
        };
        let (was_up, opaque_id) = (handle.peer.state == PeerState::Up, handle.opaque_id.clone());
        plugin::left(self, at, handle);
        let marked = |frame: Frame| match &opaque_id {
            Some(opaque_id) => frame.with("opaque_id", opaque_id.as_str()),
            None => frame,
        };
        if was_up {
            self.tell_gone(
                at,
                marked(Frame::recorded("hangup").with("reason", "Detach")),
                &opaque_id,
            );
        }
        self.tell_gone(at, marked(Frame::recorded("detached")), &opaque_id);
    }

    /// As [`World::tell`], for a handle that is no more.
    fn tell_gone(&mut self, at: At, frame: Frame, opaque_id: &Option<String>) {
        let Some((owner, mut message)) = self.said_by_handle(at, frame.without("transaction"))
        else {
            return;
        };
        if let Some(opaque_id) = opaque_id {
            message["opaque_id"] = json!(opaque_id);
        }
        self.send(owner, message);
    }

    fn trickle(&mut self, request: &Request, at: At) -> Result<(), Refusal> {
        let message = &request.message;
        let given = message.get("candidate").or(message.get("candidates"));
        let Some(given) = given else {
            return Err((
                456,
                "Missing mandatory element (candidate|candidates)".to_owned(),
            ));
        };
        let one = [given.clone()];
        let list = given.as_array().map_or(&one[..], Vec::as_slice);
        let named = |c: &Value| !(c["sdpMid"].is_null() && c["sdpMLineIndex"].is_null());
        let mut candidates = list.iter().filter(|c| !c["candidate"].is_null()).peekable();
        let is_there = candidates.peek().is_some();
        if !candidates.all(named) {
            let words = "Trickle error: missing mandatory element (sdpMid or sdpMLineIndex)";
            return Err((456, words.to_owned()));
        }
        self.answer(request, Frame::recorded("ack"))?;
        if is_there {
            self.trickled(at);
        }
        Ok(())
    }

    fn message(&mut self, request: &Request, at: At) -> Result<(), Refusal> {
        let body = &request.message["body"];
        match body {
            Value::Object(_) => {}
            Value::Null => return Err((456, "Missing mandatory element (body)".to_owned())),
            _ => {
                let words = "Invalid element type (body should be an object)";
                return Err((467, words.to_owned()));
            }
        }
        let jsep = Jsep::read(&request.message["jsep"])?;
        if jsep.is_some() && self.handle(at).is_some_and(|handle| handle.peer.spoiled) {
            return Err((490, "Error setting ICE locally".to_owned()));
        }
        plugin::message(
            &mut Turn {
                world: self,
                request,
                at,
            },
            body,
            jsep.as_ref(),
        );
        Ok(())
    }
}

fn success() -> Frame {
    Frame::recorded("created").without("data")
}

/// A description that came with a message.
#[derive(Clone, Debug)]
pub(super) struct Jsep {
    pub(super) kind: String,
    pub(super) sdp: String,
}

impl Jsep {
    fn read(value: &Value) -> Result<Option<Jsep>, Refusal> {
        if value.is_null() {
            return Ok(None);
        }
        let word = |field: &str| match &value[field] {
            Value::String(word) => Ok(word.clone()),
            Value::Null => Err((
                456,
                format!("JSEP error: missing mandatory element ({field})"),
            )),
            _ => Err((
                467,
                format!("JSEP error: invalid element type ({field} should be a string)"),
            )),
        };
        let kind = word("type")?;
        if kind != "offer" && kind != "answer" {
            return Err((464, format!("JSEP error: unknown message type '{kind}'")));
        }
        let sdp = word("sdp")?;
        if !sdp.starts_with("v=") {
            return Err((465, "Invalid SDP (doesn't start with v=)".to_owned()));
        }
        if !["\no=", "\ns=", "\nm="]
            .iter()
            .all(|line| sdp.contains(line))
        {
            return Err((465, "Missing mandatory lines (o=, s= or m=)".to_owned()));
        }
        if !sdp.contains("a=fingerprint:") {
            return Err((469, "Error processing SDP".to_owned()));
        }
        Ok(Some(Jsep { kind, sdp }))
    }
}
