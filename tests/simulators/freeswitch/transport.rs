//! The sockets of SIP.

use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use nix::sys::socket::{MsgFlags, SockaddrIn, recvmsg, setsockopt, sockopt::Ipv4RecvErr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;

use super::server::{Shared, State};
use super::sip::{Message, Route};

/// Messages that wait for a socket to take them.
const QUEUE: usize = 1024;

impl State {
    /// A connection has ended, in whose place another one may be already.
    fn forget_stream(&mut self, peer: SocketAddr, frames: mpsc::Receiver<String>) {
        drop(frames);
        let kept = self.streams.get(&peer);
        if kept.is_some_and(mpsc::Sender::is_closed) {
            self.streams.remove(&peer);
        }
    }
}

impl Shared {
    /// Listens on a port that is free for UDP and TCP.
    pub(super) async fn listen_sip(self: &Arc<Shared>) -> SocketAddr {
        let (listener, socket, address) = loop {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .expect("a local port can be bound");
            let address = listener
                .local_addr()
                .expect("a bound socket has an address");
            if let Ok(socket) = UdpSocket::bind(address).await {
                break (listener, socket, address);
            }
        };
        setsockopt(&socket, Ipv4RecvErr, &true).expect("errors of datagrams can be asked for");
        let (datagrams, outgoing) = mpsc::channel(QUEUE);
        {
            let mut state = self.state();
            state.world.address = address;
            state.datagrams = Some(datagrams);
        }
        let running = self.running.clone();
        let serving = Arc::clone(self).serve_datagrams(socket, outgoing);
        tokio::spawn(running.run_until_cancelled_owned(serving));
        let shared = Arc::clone(self);
        let running = self.running.clone();
        tokio::spawn(running.run_until_cancelled_owned(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                shared.keep_stream(&mut shared.state(), stream, peer);
            }
        }));
        address
    }

    async fn serve_datagrams(
        self: Arc<Shared>,
        socket: UdpSocket,
        mut outgoing: mpsc::Receiver<(SocketAddr, String)>,
    ) {
        let mut buffer = vec![0; 65_536];
        loop {
            tokio::select! {
                Some((to, text)) = outgoing.recv() => {
                    if socket.send_to(text.as_bytes(), to).await.is_err() {
                        self.take_errors(&socket);
                        // What failed may have been about a datagram before.
                        let _lost = socket.send_to(text.as_bytes(), to).await;
                    }
                }
                received = socket.recv_from(&mut buffer) => match received {
                    Ok((length, from)) => {
                        if let Some(message) = Message::parse(&buffer[..length]) {
                            self.received(message, Route::Udp(from));
                        }
                    }
                    Err(_) => self.take_errors(&socket),
                }
            }
        }
    }

    /// Where nobody listens, the host says so.
    fn take_errors(self: &Arc<Shared>, socket: &UdpSocket) {
        let mut text = [0; 2048];
        let mut parts = [IoSliceMut::new(&mut text)];
        let mut control = nix::cmsg_space!([u8; 64]);
        let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
        while let Ok(error) =
            recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut parts, Some(&mut control), flags)
        {
            let Some(address) = error.address else {
                continue;
            };
            let address = SocketAddr::from((address.ip(), address.port()));
            let mut state = self.state();
            state.world.unreachable(address);
            self.perform(&mut state);
        }
    }

    fn received(self: &Arc<Shared>, message: Message, route: Route) {
        let mut state = self.state();
        let is_request = message.status().is_none();
        let fault = is_request.then(|| state.faults.on_sip(message.method()));
        match fault.flatten() {
            Some(fault) => state.world.faulty_request(message, route, &fault),
            None => state.world.sip(message, route),
        }
        self.perform(&mut state);
    }

    /// Sends by the connection with that address, or by a new one.
    pub(super) fn send_by_stream(
        self: &Arc<Shared>,
        state: &mut State,
        address: SocketAddr,
        text: String,
    ) {
        if let Some(stream) = state.streams.get(&address)
            && stream.try_send(text.clone()).is_ok()
        {
            return;
        }
        // What is sent until the connection stands waits for it.
        let (outgoing, frames) = mpsc::channel(QUEUE);
        let _empty = outgoing.try_send(text);
        state.streams.insert(address, outgoing);
        let shared = Arc::clone(self);
        let running = self.running.clone();
        tokio::spawn(running.run_until_cancelled_owned(async move {
            match TcpStream::connect(address).await {
                Ok(stream) => shared.serve_stream(stream, address, frames).await,
                Err(_) => {
                    let mut state = shared.state();
                    state.forget_stream(address, frames);
                    state.world.unreachable(address);
                    shared.perform(&mut state);
                }
            }
        }));
    }

    fn keep_stream(self: &Arc<Shared>, state: &mut State, stream: TcpStream, peer: SocketAddr) {
        let (outgoing, frames) = mpsc::channel(QUEUE);
        state.streams.insert(peer, outgoing);
        let serving = Arc::clone(self).serve_stream(stream, peer, frames);
        let running = self.running.clone();
        tokio::spawn(running.run_until_cancelled_owned(serving));
    }

    async fn serve_stream(
        self: Arc<Shared>,
        mut stream: TcpStream,
        peer: SocketAddr,
        mut outgoing: mpsc::Receiver<String>,
    ) {
        let mut buffer = Vec::new();
        loop {
            tokio::select! {
                text = outgoing.recv() => match text {
                    Some(text) if stream.write_all(text.as_bytes()).await.is_ok() => {}
                    _ => break,
                },
                read = stream.read_buf(&mut buffer) => {
                    if !matches!(read, Ok(1..)) {
                        break;
                    }
                    while let Some(message) = Message::take(&mut buffer) {
                        self.received(message, Route::Tcp(peer));
                    }
                }
            }
        }
        self.state().forget_stream(peer, outgoing);
    }
}
