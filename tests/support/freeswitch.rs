//! A real FreeSWITCH, which runs already with the configuration of `deploy/freeswitch`: the tests find its event socket
//! by `MEDIAPLANE_TEST_FREESWITCH=host:8021`, the password by `MEDIAPLANE_TEST_FREESWITCH_PASSWORD`, and its SIP profile
//! by `MEDIAPLANE_TEST_FREESWITCH_SIP=host:5080`.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

/// Where it is.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) event_socket: String,
    pub(crate) password: String,
    pub(crate) sip: String,
}

/// Where it is, if there is one.
pub(crate) fn address() -> Option<Address> {
    let named = |name: &str| {
        std::env::var(name)
            .unwrap_or_else(|_| panic!("{name} goes with MEDIAPLANE_TEST_FREESWITCH"))
    };
    let event_socket = std::env::var("MEDIAPLANE_TEST_FREESWITCH").ok()?;
    Some(Address {
        event_socket,
        password: named("MEDIAPLANE_TEST_FREESWITCH_PASSWORD"),
        sip: named("MEDIAPLANE_TEST_FREESWITCH_SIP"),
    })
}

/// A look at the server, past the driver.
#[derive(Debug)]
pub(crate) struct Look(BufStream<TcpStream>);

impl Look {
    /// Opens an event socket of its own.
    pub(crate) async fn at(address: &Address) -> Look {
        let socket = TcpStream::connect(&address.event_socket)
            .await
            .expect("FreeSWITCH can be reached");
        let mut look = Look(BufStream::new(socket));
        look.frame().await;
        let auth = format!("auth {}", address.password);
        look.send(&auth).await;
        let (reply, _) = look.frame().await;
        assert!(reply.contains("+OK"), "{reply}");
        look
    }

    async fn send(&mut self, line: &str) {
        let line = format!("{line}\n\n");
        let sent = self.0.write_all(line.as_bytes()).await;
        sent.expect("it takes a command");
        self.0.flush().await.expect("it takes a command");
    }

    /// The head and the body of the next frame.
    async fn frame(&mut self) -> (String, String) {
        let mut head = String::new();
        while !head.ends_with("\n\n") {
            let read = self.0.read_line(&mut head).await;
            assert_ne!(read.expect("it answers"), 0, "it closed the connection");
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "));
        let length = length.map_or(0, |length| length.parse().expect("a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("the body comes");
        (head, String::from_utf8(body).expect("it writes UTF-8"))
    }

    /// What a command yields.
    pub(crate) async fn api(&mut self, command: &str) -> String {
        self.send(&format!("api {command}")).await;
        self.frame().await.1
    }

    /// The uuids of all calls.
    pub(crate) async fn calls(&mut self) -> Vec<String> {
        let listed = self.api("show channels as json").await;
        let listed: Value = serde_json::from_str(&listed).expect("JSON");
        let rows = listed["rows"].as_array().cloned().unwrap_or_default();
        let uuid = |row: &Value| row["uuid"].as_str().expect("a uuid").to_owned();
        rows.iter().map(uuid).collect()
    }

    /// The calls of a service, by its instance.
    pub(crate) async fn calls_of(&mut self, instance: &str) -> Vec<String> {
        let mut own = Vec::new();
        for call in self.calls().await {
            let dump = self.api(&format!("uuid_dump {call} json")).await;
            let dump: Value = serde_json::from_str(&dump).unwrap_or_default();
            let is_mark = |name: &str| {
                let mark = dump[name].as_str().unwrap_or_default();
                mark.split(':').nth(1) == Some(instance)
            };
            if is_mark("variable_sip_h_X-Mediaplane-Service")
                || is_mark("variable_mediaplane_service")
            {
                own.push(call);
            }
        }
        own
    }
}
