//! A real Kurento, which runs already: the tests find it by `MEDIAPLANE_TEST_KURENTO=ws://host:8888/kurento`.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use url::Url;

/// Where it is, if there is one.
pub(crate) fn url() -> Option<Url> {
    let url = std::env::var("MEDIAPLANE_TEST_KURENTO").ok()?;
    Some(url.parse().expect("MEDIAPLANE_TEST_KURENTO is a URL"))
}

/// The address of the server at `url`.
pub(crate) async fn address(url: &Url) -> SocketAddr {
    let host = url.host_str().expect("the URL has a host");
    let port = url.port_or_known_default().expect("the URL has a port");
    let mut found = tokio::net::lookup_host((host, port))
        .await
        .expect("the host is known");
    found.next().expect("the host has an address")
}

/// A look at the server, past the driver.
#[derive(Debug)]
pub(crate) struct Look {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
}

impl Look {
    /// Opens a session of its own.
    pub(crate) async fn at(url: &Url) -> Look {
        let (socket, _) = connect_async(url.as_str())
            .await
            .expect("Kurento can be reached");
        let mut look = Look { socket, last: 0 };
        look.ask("connect", json!({})).await;
        look
    }

    /// What a request yields.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let frame = json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params});
        let sent = self.socket.send(Message::Text(frame.to_string().into()));
        sent.await.expect("it takes a request");
        loop {
            let frame = self.socket.next().await.expect("it answers");
            let Message::Text(text) = frame.expect("the connection stands") else {
                continue;
            };
            let mut frame: Value = serde_json::from_str(&text).expect("it sends JSON");
            if frame["id"] == self.last {
                return frame["result"]["value"].take();
            }
        }
    }

    async fn invoke(&mut self, object: &str, operation: &str) -> Value {
        let params = json!({"object": object, "operation": operation, "operationParams": {}});
        self.ask("invoke", params).await
    }

    /// The pipelines of a service, each with how much is in it.
    pub(crate) async fn pipelines_of(&mut self, service: &str) -> Vec<(String, Vec<String>)> {
        let mut own = Vec::new();
        for pipeline in texts(&self.invoke("manager_ServerManager", "getPipelines").await) {
            let tags = self.invoke(&pipeline, "getTags").await;
            // Each of its backends has one of its own.
            let is_mark = |tag: &Value| {
                let mark = tag["value"].as_str().unwrap_or_default();
                tag["key"] == "mp.service" && mark.split('/').next() == Some(service)
            };
            if tags.as_array().is_some_and(|tags| tags.iter().any(is_mark)) {
                let children = texts(&self.invoke(&pipeline, "getChildren").await);
                own.push((pipeline, children));
            }
        }
        own
    }

    /// Leaves, and lets go of all that was looked at: whatever a session has asked for lives as long as the session.
    pub(crate) async fn leave(mut self) {
        self.ask("closeSession", json!({})).await;
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
