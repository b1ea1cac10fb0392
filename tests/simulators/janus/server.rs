//! The sockets in front of the world.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    ErrorResponse, Request as Upgrade, Response,
};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use tokio_util::sync::CancellationToken;

use super::admin;
use super::core::Request;
use super::faults::{Fault, Faults};
use super::world::{ConnId, Effect, World};

/// Frames that wait for a connection to take them.
const QUEUE: usize = 4096;

/// Which of the two APIs a port speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    Janus,
    Admin,
}

/// What both APIs, and the test, work on.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    running: CancellationToken,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) faults: Faults,
    /// How often each request came.
    pub(super) asked: BTreeMap<String, usize>,
    pub(super) refuses_connections: bool,
    connections: BTreeMap<ConnId, Connection>,
    last: ConnId,
}

#[derive(Debug)]
struct Connection {
    outgoing: mpsc::Sender<Value>,
    cut: CancellationToken,
}

impl Shared {
    pub(super) fn new(world: World, running: CancellationToken) -> Arc<Shared> {
        let state = State {
            world,
            faults: Faults::default(),
            asked: BTreeMap::new(),
            refuses_connections: false,
            connections: BTreeMap::new(),
            last: 0,
        };
        Arc::new(Shared {
            state: Mutex::new(state),
            running,
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }

    /// Listens on a free port.
    pub(super) async fn listen(self: &Arc<Shared>, api: Api) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a local port can be bound");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        tokio::spawn(
            self.running
                .clone()
                .run_until_cancelled_owned(self.clone().accept(listener, api)),
        );
        address
    }

    async fn accept(self: Arc<Shared>, listener: TcpListener, api: Api) {
        loop {
            let (socket, _) = listener.accept().await.expect("a listening socket accepts");
            if self.state().refuses_connections {
                continue;
            }
            let serving = self.clone().serve(socket, api);
            tokio::spawn(self.running.clone().run_until_cancelled_owned(serving));
        }
    }

    #[expect(
        clippy::result_large_err,
        reason = "the handshake's callback is typed by the library"
    )]
    async fn serve(self: Arc<Shared>, socket: TcpStream, api: Api) {
        // Janus drops a connection that asks for another subprotocol, without a word.
        let Ok(socket) =
            accept_hdr_async(socket, |asked: &Upgrade, reply| upgrade(asked, reply, api)).await
        else {
            return;
        };
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let cut = CancellationToken::new();
        let conn = self.state().connect(outgoing, cut.clone());
        cut.run_until_cancelled(self.clone().talk(conn, socket, queue, api))
            .await;
        let mut state = self.state();
        state.connections.remove(&conn);
        state.world.disconnected(conn);
        self.perform(&mut state);
    }

    async fn talk(
        self: Arc<Shared>,
        conn: ConnId,
        mut socket: WebSocketStream<TcpStream>,
        mut queue: mpsc::Receiver<Value>,
        api: Api,
    ) {
        loop {
            tokio::select! {
                Some(message) = queue.recv() => {
                    if socket.send(Message::text(message.to_string())).await.is_err() {
                        return;
                    }
                }
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => self.clone().hear(conn, &text, api).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    async fn hear(self: Arc<Shared>, conn: ConnId, text: &str, api: Api) {
        if api == Api::Admin {
            let mut state = self.state();
            let answer = admin::answer(&mut state.world, text);
            state.deliver(conn, answer);
            return self.perform(&mut state);
        }
        let request = match Request::read(conn, text) {
            Ok(request) => request,
            Err(refusal) => return self.state().deliver(conn, refusal),
        };
        let (fault, permutation) = self.state().noted(&request);
        let doing = self
            .clone()
            .obey(request.clone(), fault.clone(), permutation);
        match fault {
            Some(Fault::Slow(_)) if !request.is_message() => doing.await,
            Some(Fault::Slow(_) | Fault::Permuted) => drop(tokio::spawn(doing)),
            _ => doing.await,
        }
    }

    /// Does a request, as the fault says.
    async fn obey(
        self: Arc<Shared>,
        request: Request,
        fault: Option<Fault>,
        permutation: Duration,
    ) {
        match fault {
            Some(Fault::Slow(delay)) => sleep(delay).await,
            Some(Fault::Permuted) => sleep(permutation).await,
            _ => {}
        }
        let mut state = self.state();
        if let Some(Fault::Refuse(code, reason)) = fault {
            let refusal = request.refusal(code, reason);
            return state.deliver(request.conn, refusal);
        }
        state.world.request(&request);
        let mut effects: Vec<Effect> = state.world.effects().into();
        let is_own = |effect: &Effect| matches!(effect, Effect::Send { message, .. } if message["transaction"] == *request.transaction);
        let is_ack = |effect: &Effect| matches!(effect, Effect::Send { message, .. } if message["janus"] == "ack");
        match fault {
            Some(Fault::Silent) => effects.retain(|effect| !is_own(effect)),
            Some(Fault::AckOnly) => effects.retain(|effect| !is_own(effect) || is_ack(effect)),
            Some(Fault::AnswerFirst | Fault::Permuted) => {
                effects.sort_by_key(|effect| is_own(effect) && is_ack(effect));
            }
            _ => {}
        }
        self.carry_out(&mut state, effects);
    }

    /// Carries out what the world wants done.
    pub(super) fn perform(self: &Arc<Shared>, state: &mut State) {
        let effects = state.world.effects().into();
        self.carry_out(state, effects);
    }

    fn carry_out(self: &Arc<Shared>, state: &mut State, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { to, message } => state.deliver(to, message),
                Effect::Connects { after, at } => {
                    let shared = self.clone();
                    let connecting = async move {
                        sleep(after).await;
                        let mut state = shared.state();
                        state.world.connects(at);
                        shared.perform(&mut state);
                    };
                    tokio::spawn(self.running.clone().run_until_cancelled_owned(connecting));
                }
            }
        }
    }
}

impl State {
    fn connect(&mut self, outgoing: mpsc::Sender<Value>, cut: CancellationToken) -> ConnId {
        self.last += 1;
        self.connections
            .insert(self.last, Connection { outgoing, cut });
        self.last
    }

    fn noted(&mut self, request: &Request) -> (Option<Fault>, Duration) {
        let name = request.name(&mut self.world);
        let fault = self.faults.take(&name);
        *self.asked.entry(name).or_default() += 1;
        let permutation = match fault {
            Some(Fault::Permuted) => self.faults.permutation(),
            _ => Duration::ZERO,
        };
        (fault, permutation)
    }

    fn deliver(&mut self, to: ConnId, message: Value) {
        if let Some(connection) = self.connections.get(&to) {
            let sent = connection.outgoing.try_send(message);
            assert!(sent.is_ok(), "a client reads what it is sent");
        }
    }

    /// Resets all connections.
    pub(super) fn cut(&self) {
        for connection in self.connections.values() {
            connection.cut.cancel();
        }
    }
}

#[expect(
    clippy::result_large_err,
    reason = "the signature is that of the WebSocket library"
)]
fn upgrade(asked: &Upgrade, mut reply: Response, api: Api) -> Result<Response, ErrorResponse> {
    const HEADER: &str = "sec-websocket-protocol";
    let wanted = match api {
        Api::Janus => "janus-protocol",
        Api::Admin => "janus-admin-protocol",
    };
    match asked.headers().get(HEADER) {
        Some(given) if given == wanted => {
            reply.headers_mut().insert(HEADER, given.clone());
            Ok(reply)
        }
        _ => Err(ErrorResponse::new(None)),
    }
}
