//! The sockets in front of the world.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    ErrorResponse, Request as Upgrade, Response,
};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use tokio_util::sync::CancellationToken;

use super::faults::{Fault, Faults, Plan};
use super::rpc::{Request, Unread};
use super::world::{ConnId, Effect, World};

/// Frames that wait for a connection to take them.
const QUEUE: usize = 4096;
/// Where the protocol is spoken.
pub(super) const PATH: &str = "/kurento";

/// What the sockets, and the test, work on.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    /// Changes when the test wants everything to go well again.
    pub(super) obeyed: watch::Sender<()>,
    running: CancellationToken,
}

pub(super) struct State {
    pub(super) world: World,
    pub(super) faults: Faults,
    pub(super) refuses_connections: bool,
    /// It has crashed, and was not started again.
    pub(super) is_down: bool,
    connections: BTreeMap<ConnId, Connection>,
    last: ConnId,
}

struct Connection {
    outgoing: mpsc::Sender<String>,
    cut: CancellationToken,
    /// What waits behind a call that blocks the connection.
    held_back: Option<Vec<String>>,
}

impl Shared {
    pub(super) fn new(world: World, running: CancellationToken) -> Arc<Shared> {
        let state = State {
            world,
            faults: Faults::default(),
            refuses_connections: false,
            is_down: false,
            connections: BTreeMap::new(),
            last: 0,
        };
        Arc::new(Shared {
            state: Mutex::new(state),
            obeyed: watch::Sender::new(()),
            running,
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }

    /// Listens on a free port.
    pub(super) async fn listen(self: &Arc<Shared>) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a local port can be bound");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        self.spawn(self.clone().accept(listener));
        address
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.running.clone().run_until_cancelled_owned(task));
    }

    async fn accept(self: Arc<Shared>, listener: TcpListener) {
        loop {
            let (socket, _) = listener.accept().await.expect("a listening socket accepts");
            let refuses = {
                let state = self.state();
                state.refuses_connections || state.is_down
            };
            if !refuses {
                self.spawn(self.clone().serve(socket));
            }
        }
    }

    #[expect(
        clippy::result_large_err,
        reason = "the handshake's callback is typed by the library"
    )]
    async fn serve(self: Arc<Shared>, socket: TcpStream) {
        let Ok(socket) =
            accept_hdr_async(socket, |asked: &Upgrade, reply| upgrade(asked, reply)).await
        else {
            return;
        };
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let (inbox, requests) = mpsc::channel(QUEUE);
        let cut = CancellationToken::new();
        let conn = self.state().connect(outgoing, cut.clone());
        let serving = async {
            tokio::select! {
                () = talk(socket, queue, inbox) => {}
                () = self.clone().work(conn, requests) => {}
            }
        };
        cut.run_until_cancelled(serving).await;
        let mut state = self.state();
        state.connections.remove(&conn);
        state.world.disconnected(conn);
    }

    /// Does what a connection asks for, one after another.
    async fn work(self: Arc<Shared>, conn: ConnId, mut requests: mpsc::Receiver<String>) {
        while let Some(text) = requests.recv().await {
            match Request::read(&text) {
                Ok(request) => self.hear(conn, &request).await,
                Err(Unread::Refused(reply)) => self.state().deliver(conn, reply.to_string()),
                Err(Unread::NotJson) => return,
            }
        }
    }

    async fn hear(self: &Arc<Shared>, conn: ConnId, request: &Request) {
        let plan = self.state().faults.plan(request);
        match &plan.frame {
            Some(Fault::Delay(delay)) => {
                self.state().hold_back(conn);
                sleep(*delay).await;
                if let Some(reply) = self.answer(conn, request, &plan) {
                    self.state().let_go(conn, reply.to_string());
                }
            }
            Some(Fault::Silent) => {
                let mut obeyed = self.obeyed.subscribe();
                self.state().hold_back(conn);
                let reply = self.answer(conn, request, &plan);
                // Whoever waits for it lives as long as the one who says it.
                let _ = obeyed.changed().await;
                if let Some(reply) = reply {
                    self.state().let_go(conn, reply.to_string());
                }
            }
            Some(Fault::Drop) => {
                self.answer(conn, request, &plan);
                self.state().cut_one(conn);
            }
            Some(Fault::Garbage(text)) => {
                self.answer(conn, request, &plan);
                self.state().deliver(conn, (*text).to_owned());
            }
            Some(Fault::Refuse { .. }) | None => {
                if let Some(reply) = self.answer(conn, request, &plan) {
                    self.state().deliver(conn, reply.to_string());
                }
            }
        }
    }

    /// Does a request. There is no reply if that was the end of the server.
    fn answer(self: &Arc<Shared>, conn: ConnId, request: &Request, plan: &Plan) -> Option<Value> {
        let mut state = self.state();
        let had_crashed = state.world.crashed;
        let reply = state.world.answer(conn, request, plan);
        if state.world.crashed && !had_crashed {
            state.is_down = true;
            state.cut();
            return None;
        }
        self.perform(&mut state);
        Some(reply)
    }

    /// Carries out what the world wants done.
    pub(super) fn perform(self: &Arc<Shared>, state: &mut State) {
        state.world.settle();
        for effect in state.world.effects() {
            match effect {
                Effect::Send { to, message } => state.deliver(to, message.to_string()),
                Effect::Later { after, deed } => {
                    let (shared, server) = (self.clone(), state.world.server_id.clone());
                    self.spawn(async move {
                        sleep(after).await;
                        let mut state = shared.state();
                        // What was to happen before a restart does not happen after it.
                        if state.world.server_id == server {
                            deed(&mut state.world);
                            shared.perform(&mut state);
                        }
                    });
                }
            }
        }
    }
}

/// Carries frames in and out until the other side is gone.
async fn talk(
    mut socket: WebSocketStream<TcpStream>,
    mut queue: mpsc::Receiver<String>,
    inbox: mpsc::Sender<String>,
) {
    loop {
        tokio::select! {
            Some(message) = queue.recv() => {
                if socket.send(Message::text(message)).await.is_err() {
                    return;
                }
            }
            frame = socket.next() => match frame {
                Some(Ok(Message::Text(text))) => {
                    let heard = inbox.try_send(text.to_string());
                    assert!(heard.is_ok(), "a client sends no more than it waits for");
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

impl State {
    fn connect(&mut self, outgoing: mpsc::Sender<String>, cut: CancellationToken) -> ConnId {
        self.last += 1;
        let connection = Connection {
            outgoing,
            cut,
            held_back: None,
        };
        self.connections.insert(self.last, connection);
        self.last
    }

    fn deliver(&mut self, to: ConnId, message: String) {
        let Some(connection) = self.connections.get_mut(&to) else {
            return;
        };
        match &mut connection.held_back {
            Some(waiting) => waiting.push(message),
            None => {
                let sent = connection.outgoing.try_send(message);
                assert!(sent.is_ok(), "a client reads what it is sent");
            }
        }
    }

    fn hold_back(&mut self, conn: ConnId) {
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.held_back = Some(Vec::new());
        }
    }

    /// A call that blocked its connection has ended.
    fn let_go(&mut self, conn: ConnId, reply: String) {
        let connection = self.connections.get_mut(&conn);
        let waiting = connection.and_then(|connection| connection.held_back.take());
        self.deliver(conn, reply);
        for message in waiting.into_iter().flatten() {
            self.deliver(conn, message);
        }
    }

    fn cut_one(&self, conn: ConnId) {
        if let Some(connection) = self.connections.get(&conn) {
            connection.cut.cancel();
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
fn upgrade(asked: &Upgrade, reply: Response) -> Result<Response, ErrorResponse> {
    match asked.uri().path() {
        PATH => Ok(reply),
        _ => Err(ErrorResponse::new(None)),
    }
}
