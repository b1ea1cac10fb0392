//! An object store that speaks S3: moto, in a Python process.

use std::{net::SocketAddr, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

pub(crate) const BUCKET: &str = "recordings";
/// The access key that what is written must be signed with.
pub(crate) const KEY: &str = "tester";

/// The process. Ends when dropped.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) address: SocketAddr,
    _process: Child,
}

impl Store {
    /// Starts it at this port, with an empty bucket; none, and a line that says so, where Python has no moto outside of
    /// CI.
    pub(crate) async fn start(port: u16) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/s3.py");
        let mut process = Command::new("python3")
            .arg(script)
            .args([&port.to_string(), BUCKET, KEY])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python starts");
        let mut said = BufReader::new(process.stdout.take().expect("piped")).lines();
        if said.next_line().await.ok().flatten().as_deref() != Some("ready") {
            assert!(
                std::env::var_os("CI").is_none(),
                "python3 with moto is missing: run `make test`"
            );
            eprintln!("SKIPPED: python3 has no moto; `make test` installs it");
            return None;
        }
        Some(Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            _process: process,
        })
    }

    /// What is in the bucket under this key.
    pub(crate) async fn object(&self, key: &str) -> Option<Vec<u8>> {
        let stream = TcpStream::connect(self.address).await;
        let mut stream = stream.expect("it accepts connections");
        let request = format!(
            "GET /{BUCKET}/{key} HTTP/1.0\r\nhost: {}\r\n\r\n",
            self.address
        );
        let written = stream.write_all(request.as_bytes()).await;
        written.expect("it reads requests");
        let mut reply = Vec::new();
        let read = stream.read_to_end(&mut reply).await;
        read.expect("it replies");
        let end = reply.windows(4).position(|four| four == b"\r\n\r\n");
        let body = reply.split_off(end.expect("a head") + 4);
        let is_found = reply.get(9..12) == Some(b"200");
        is_found.then_some(body)
    }
}
