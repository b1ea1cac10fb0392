//! A minimal client of Janus' WebSocket JSON API: enough to prove the instruments and to look into a server.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::deadline::PATIENCE;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Which of Janus' two APIs a connection speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Api {
    /// Sessions, handles and plugins.
    Janus,
    /// Monitoring and administration.
    Admin,
}

/// One WebSocket to Janus; requests are sent one after the other.
#[derive(Debug)]
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    fields: Vec<(String, String)>,
    transactions: u64,
    events: VecDeque<Value>,
}

impl Client {
    /// Opens a connection; it fails when nobody answers within 5 s.
    pub(crate) async fn connect(url: &str, api: Api) -> Result<Client, Error> {
        let mut request = url.into_client_request()?;
        let subprotocol = match api {
            Api::Janus => "janus-protocol",
            Api::Admin => "janus-admin-protocol",
        };
        request.headers_mut().insert(
            "Sec-WebSocket-Protocol",
            HeaderValue::from_static(subprotocol),
        );
        let (socket, _) = timeout(Duration::from_secs(5), connect_async(request)).await??;
        Ok(Client {
            socket,
            fields: Vec::new(),
            transactions: 0,
            events: VecDeque::new(),
        })
    }

    /// Puts a field, such as a secret, into every request.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Client {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends a request and returns its final reply; an `ack` is final only for `keepalive` and `trickle`.
    ///
    /// # Panics
    /// If there is none within 10 s.
    pub(crate) async fn request(&mut self, request: Value) -> Value {
        let words = request.to_string();
        match self.try_request(request).await {
            Ok(reply) => reply,
            Err(error) => panic!("no reply to {words}: {error}"),
        }
    }

    /// As [`Client::request`], for a server that may not answer.
    pub(crate) async fn try_request(&mut self, mut request: Value) -> Result<Value, Error> {
        self.transactions += 1;
        let transaction = self.transactions.to_string();
        request["transaction"] = json!(transaction);
        for (name, value) in &self.fields {
            request[name] = json!(value);
        }
        let ack_is_final = matches!(request["janus"].as_str(), Some("keepalive" | "trickle"));
        self.socket.send(Message::text(request.to_string())).await?;
        timeout(PATIENCE, async {
            loop {
                let reply = self.receive().await?;
                if reply["transaction"] != transaction.as_str() {
                    self.events.push_back(reply);
                } else if ack_is_final || reply["janus"] != "ack" {
                    return Ok(reply);
                }
            }
        })
        .await?
    }

    /// The first message without a transaction of ours, old or new, that `wanted` accepts.
    ///
    /// # Panics
    /// If there is none within 10 s; the message has what came instead.
    pub(crate) async fn event(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = timeout(PATIENCE, async {
            loop {
                if let Some(at) = self.events.iter().position(&wanted) {
                    return self.events.remove(at).expect("the position was just found");
                }
                let event = self.receive().await.expect("Janus keeps the connection");
                self.events.push_back(event);
            }
        })
        .await;
        found.unwrap_or_else(|_| panic!("no such event; there were {:#?}", self.events))
    }

    /// Makes a session and a handle in it, with `opaque_id` on the handle.
    pub(crate) async fn attach(&mut self, plugin: &str, opaque_id: &str) -> Handle {
        let created = self.request(json!({"janus": "create"})).await;
        let session = id(&created);
        let attached = self
            .request(json!({
                "janus": "attach", "session_id": session,
                "plugin": plugin, "opaque_id": opaque_id,
            }))
            .await;
        Handle {
            session,
            handle: id(&attached),
        }
    }

    /// Sends a plugin message, with a session description if one is given, and returns the final reply.
    pub(crate) async fn message(
        &mut self,
        to: Handle,
        body: Value,
        jsep: Option<(&str, &str)>,
    ) -> Value {
        let mut request = to.request("message");
        request["body"] = body;
        if let Some((kind, sdp)) = jsep {
            request["jsep"] = json!({"type": kind, "sdp": sdp});
        }
        self.request(request).await
    }

    async fn receive(&mut self) -> Result<Value, Error> {
        loop {
            match self
                .socket
                .next()
                .await
                .ok_or("Janus closed the connection")??
            {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(_) => return Err("Janus closed the connection".into()),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

/// One plugin handle and the session that it lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) session: u64,
    pub(crate) handle: u64,
}

impl Handle {
    /// The start of a request to this handle.
    pub(crate) fn request(self, verb: &str) -> Value {
        json!({"janus": verb, "session_id": self.session, "handle_id": self.handle})
    }
}

fn id(reply: &Value) -> u64 {
    reply["data"]["id"]
        .as_u64()
        .unwrap_or_else(|| panic!("a reply with an id was expected: {reply}"))
}
