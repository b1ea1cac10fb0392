//! Servers in processes of their own, so that memory and processor time are theirs alone.

use std::{
    env, fs,
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use mediaplane::proto::session_service_client::SessionServiceClient;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tonic::transport::{Channel, Endpoint};

use crate::{bare::Canned, load::Shape};

/// Set where this program runs as the bare server.
pub(crate) const ROLE: &str = "BARE_LISTEN";

/// A server that does not begin to listen by then never will.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client with a share of one connection.
pub(crate) type Client = SessionServiceClient<Channel>;

/// A server under measurement; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// Where its figures are, if it has any.
    http: Option<SocketAddr>,
}

impl Server {
    /// Starts `mediaplane serve`, with these variables as its configuration, and waits until it listens.
    pub(crate) async fn mediaplane(configuration: &[(&str, &str)]) -> Self {
        let (address, http) = (free_address(), free_address());
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediaplane"));
        command
            .arg("serve")
            .env("MEDIAPLANE_GRPC_LISTEN", address.to_string())
            .env("MEDIAPLANE_HTTP_LISTEN", http.to_string())
            .env("MEDIAPLANE_LOG_LEVEL", "warn")
            .envs(configuration.iter().copied())
            .stdin(Stdio::null());
        let child = command.spawn().expect("mediaplane starts");
        let server = Self {
            child,
            address,
            http: Some(http),
        };
        server.listening().await
    }

    /// Starts the bare server with what it answers.
    pub(crate) async fn bare(canned: &Canned) -> Self {
        let address = free_address();
        let own = env::current_exe().expect("this program has a path");
        let mut child = Command::new(own)
            .env(ROLE, address.to_string())
            .stdin(Stdio::piped())
            .spawn()
            .expect("the bare server starts");
        let mut stdin = child.stdin.take().expect("it has an input");
        stdin
            .write_all(&canned.to_bytes())
            .expect("it reads its input");
        drop(stdin);
        let server = Self {
            child,
            address,
            http: None,
        };
        server.listening().await
    }

    async fn listening(mut self) -> Self {
        let began = Instant::now();
        while TcpStream::connect(self.address).await.is_err() {
            let ended = self.child.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "the server ended: {ended:?}");
            assert!(began.elapsed() < PATIENCE, "the server does not listen");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self
    }

    /// Its figures, as Prometheus reads them.
    pub(crate) async fn metrics(&self) -> String {
        let http = self.http.expect("this server has figures");
        let mut socket = TcpStream::connect(http).await.expect("it listens");
        let request = b"GET /metrics HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n";
        socket.write_all(request).await.expect("it takes a request");
        let mut reply = String::new();
        socket.read_to_string(&mut reply).await.expect("a reply");
        reply
    }

    /// A client on a connection of its own.
    pub(crate) async fn client(&self) -> Client {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address));
        let channel = endpoint.expect("an address is a URI").connect().await;
        SessionServiceClient::new(channel.expect("the server accepts connections"))
    }

    /// A client for each operation in flight, as many on one connection as `shape` says.
    pub(crate) async fn clients(&self, shape: Shape) -> Vec<Client> {
        let mut clients = Vec::new();
        for _ in 0..shape.connections {
            clients.extend(vec![self.client().await; shape.in_flight]);
        }
        clients
    }

    /// Resident memory in bytes.
    pub(crate) fn resident(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|rest| rest.split_whitespace().next());
        let kilobytes: Option<u64> = kilobytes.and_then(|number| number.parse().ok());
        kilobytes.expect("Linux tells the resident memory") * 1024
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Processor time of all its threads.
    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(self.child.id())
    }

    fn proc(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(path).expect("the server runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of all threads of a process.
pub(crate) fn processor_time(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    let times = threads.filter_map(|thread| {
        let times = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        times
            .split(' ')
            .next()?
            .parse()
            .ok()
            .map(Duration::from_nanos)
    });
    times.sum()
}

/// An address that nobody listens on just now.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound")
}
