//! The methods of the protocol.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::faults::Plan;
use super::object::{Kind, Part};
use super::rpc::{Args, Refusal, Request};
use super::world::{ConnId, Subscription, World, new_uuid};

/// How long a reply is given again to the same request.
const CACHED: Duration = Duration::from_secs(20);

/// The methods that are about no object.
const SESSION_METHODS: [&str; 4] = ["connect", "ping", "keepAlive", "closeSession"];

impl World {
    /// Does what a request asks for, unless it was done before, and answers it.
    pub(super) fn answer(&mut self, socket: ConnId, request: &Request, plan: &Plan) -> Value {
        let bound = self.sockets.get(&socket).cloned().flatten();
        let session = request.session().or(bound);
        let reply = self.answered_before(session.as_deref(), request);
        let reply = reply.unwrap_or_else(|| {
            let result = self.perform(session.clone(), request, plan);
            if SESSION_METHODS.contains(&request.method.as_str()) && result.is_ok() {
                self.remember(request.name(), "");
            }
            let reply = request.reply(&result);
            self.keep(session.as_deref(), request, &reply);
            reply
        });
        if let Some(session) = reply["result"]["sessionId"].as_str() {
            self.bind(socket, session);
        }
        self.settle();
        reply
    }

    fn answered_before(&mut self, session: Option<&str>, request: &Request) -> Option<Value> {
        self.replies.retain(|_, (kept, _)| kept.elapsed() < CACHED);
        let key = (session?.to_owned(), request.id.to_string());
        self.replies.get(&key).map(|(_, reply)| reply.clone())
    }

    fn keep(&mut self, session: Option<&str>, request: &Request, reply: &Value) {
        let given = reply["result"]["sessionId"].as_str().or(session);
        if let Some(session) = given.filter(|_| !request.id.is_null()) {
            let key = (session.to_owned(), request.id.to_string());
            self.replies.insert(key, (Instant::now(), reply.clone()));
        }
    }

    fn perform(
        &mut self,
        session: Option<String>,
        request: &Request,
        plan: &Plan,
    ) -> Result<Value, Refusal> {
        if let Some(refusal) = &plan.whole {
            return Err(refusal.clone());
        }
        match request.method.as_str() {
            "connect" => self.connect_session(session),
            "ping" => Ok(match session {
                Some(session) => json!({"sessionId": session, "value": "pong"}),
                None => json!({"value": "pong"}),
            }),
            "keepAlive" => match session {
                Some(id) if self.sessions.contains_key(&id) => Ok(json!({"sessionId": id})),
                _ => Err(invalid_session()),
            },
            "closeSession" => {
                self.close_session(session, request);
                Ok(Value::Null)
            }
            "transaction" => self.transaction(session, request, plan),
            _ => self.operation(&session.unwrap_or_else(new_uuid), request),
        }
    }

    fn connect_session(&mut self, session: Option<String>) -> Result<Value, Refusal> {
        let id = match session {
            Some(id) if self.sessions.contains_key(&id) => id,
            Some(_) => return Err(invalid_session()),
            None => new_uuid(),
        };
        self.sessions.entry(id.clone()).or_default();
        Ok(json!({"serverId": self.server_id, "sessionId": id}))
    }

    fn close_session(&mut self, session: Option<String>, request: &Request) {
        let Some(id) = session else {
            return;
        };
        if request
            .params()
            .is_ok_and(|params| params.get("release") == Some(&Value::Bool(true)))
        {
            let held = self.sessions.get(&id).map(|session| session.holds.clone());
            held.iter()
                .flatten()
                .for_each(|object| self.destroy(object));
        }
        self.end_session(&id);
    }

    /// Operations in order, until one is refused; what was done stays done.
    fn transaction(
        &mut self,
        session: Option<String>,
        request: &Request,
        plan: &Plan,
    ) -> Result<Value, Refusal> {
        let session = session.unwrap_or_else(new_uuid);
        request.params()?;
        let operations = request.operations();
        for (place, operation) in operations.iter().enumerate() {
            if operation.id != json!(place) {
                let words = format!("Id of request '{place}' should be '{place}'");
                return Err(Refusal::new(40008, "MALFORMED_TRANSACTION", words));
            }
        }
        self.sessions.entry(session.clone()).or_default();
        let (mut made, mut replies) = (Vec::new(), Vec::new());
        for (place, operation) in operations.into_iter().enumerate() {
            let operation = operation.resolved(&made);
            let result = match plan.refused.get(place) {
                Some(Some(refusal)) => Err(refusal.clone()),
                _ => self.operation(&session, &operation),
            };
            replies.push(operation.reply(&result));
            match result {
                Ok(result) => made.push(result["value"].clone()),
                Err(_) => break,
            }
        }
        Ok(json!({"sessionId": session, "value": replies}))
    }

    /// A method that is about objects.
    fn operation(&mut self, session: &str, request: &Request) -> Result<Value, Refusal> {
        let mut result = match request.method.as_str() {
            "create" => self.make(session, request),
            "invoke" => self.invoke(session, request),
            "subscribe" => self.subscribe(session, request),
            "unsubscribe" => {
                let id = request.required("subscription")?;
                self.subscriptions.remove(id);
                Ok(json!({}))
            }
            "describe" => self
                .existing(session, request)
                .map(|(_, kind)| kind.described()),
            "ref" => self.existing(session, request).map(|_| json!({})),
            "unref" => {
                let id = request.required("object")?;
                self.let_go(session, id);
                Ok(json!({}))
            }
            "release" => {
                let id = request.required("object")?;
                self.destroy(id);
                Ok(json!({}))
            }
            _ => Err(Refusal::bare(-32601, "Method not found.")),
        }?;
        let made = (request.method == "create")
            .then(|| result["value"].as_str())
            .flatten();
        let object = made.or(request.required("object").ok()).unwrap_or_default();
        self.remember(request.name(), object);
        self.sessions.entry(session.to_owned()).or_default();
        result["sessionId"] = json!(session);
        Ok(result)
    }

    fn make(&mut self, session: &str, request: &Request) -> Result<Value, Refusal> {
        let kind = request.required("type")?;
        let id = self.create(kind, request.args("constructorParams"))?;
        self.hold(session, &id);
        Ok(json!({"value": id}))
    }

    /// The object that a request is about, which the session holds from now on.
    fn existing<'a>(
        &mut self,
        session: &str,
        request: &'a Request,
    ) -> Result<(&'a str, Kind), Refusal> {
        let id = request.required("object")?;
        let object = self.objects.get(id).ok_or_else(|| Refusal::not_found(id))?;
        let kind = object.kind;
        self.hold(session, id);
        Ok((id, kind))
    }

    fn subscribe(&mut self, session: &str, request: &Request) -> Result<Value, Refusal> {
        let event = request.required("type")?;
        let (object, kind) = self.existing(session, request)?;
        if !kind.raises(event) {
            let words = format!("Event '{event}' not supported");
            return Err(Refusal::new(
                40106,
                "MEDIA_OBJECT_EVENT_NOT_SUPPORTED",
                words,
            ));
        }
        let id = new_uuid();
        let subscription = Subscription {
            session: session.to_owned(),
            object: object.to_owned(),
            event: event.to_owned(),
        };
        self.subscriptions.insert(id.clone(), subscription);
        Ok(json!({"value": id}))
    }

    fn invoke(&mut self, session: &str, request: &Request) -> Result<Value, Refusal> {
        let (id, kind) = self.existing(session, request)?;
        let operation = request.required("operation")?;
        let args = request.args("operationParams");
        let done = self
            .own_operation(id, kind, operation, args)
            .or_else(|| self.object_operation(id, operation, args));
        let value = done.unwrap_or_else(|| {
            let words = format!(
                "Method '{operation}' with {} parameters not found",
                args.count()
            );
            Err(Refusal::new(40008, "MALFORMED_TRANSACTION", words))
        })?;
        Ok(json!({"value": value}))
    }

    /// What only some kinds can be told.
    fn own_operation(
        &mut self,
        id: &str,
        kind: Kind,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        if kind == Kind::ServerManager {
            return self.manager_operation(operation, args);
        }
        if kind.is_element() {
            let done = self.graph_operation(id, operation, args);
            let done = done.or_else(|| self.stats_operation(id, operation, args));
            if done.is_some() {
                return done;
            }
        }
        match self.objects[id].part {
            Part::Endpoint(_) => self.endpoint_operation(id, operation, args),
            Part::Player(_) => self.player_operation(id, operation, args),
            Part::Recorder(_) => self.recorder_operation(id, operation),
            Part::Plain => None,
        }
    }
}

fn invalid_session() -> Refusal {
    Refusal::new(40007, "INVALID_SESSION", "Invalid session")
}
