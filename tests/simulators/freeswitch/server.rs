//! The sockets in front of the world: those of the event socket, and what performs what the world wants.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::command::Command;
use super::esl::{GREETING, Reply};
use super::faults::{Fault, Faults};
use super::listener::Listener;
use super::sip::Route;
use super::world::{ConnId, Effect, World};

/// Frames that wait for a connection to take them; one that takes none is given up, as the real server does.
const QUEUE: usize = 4096;

/// What the sockets, and the test, work on.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    /// Changes when the test wants everything to go well again.
    pub(super) obeyed: watch::Sender<()>,
    pub(super) running: CancellationToken,
}

pub(super) struct State {
    pub(super) world: World,
    pub(super) faults: Faults,
    pub(super) refuses_connections: bool,
    connections: BTreeMap<ConnId, Connection>,
    last: ConnId,
    /// What goes out by UDP.
    pub(super) datagrams: Option<mpsc::Sender<(SocketAddr, String)>>,
    /// What goes out by the TCP connections of SIP.
    pub(super) streams: BTreeMap<SocketAddr, mpsc::Sender<String>>,
    /// Which process it is; what an earlier one meant to do later is never done.
    generation: u64,
}

struct Connection {
    outgoing: mpsc::Sender<String>,
    cut: CancellationToken,
    listener: Listener,
}

impl State {
    pub(super) fn listener(&mut self, id: ConnId) -> Option<&mut Listener> {
        let connection = self.connections.get_mut(&id)?;
        Some(&mut connection.listener)
    }

    /// All connections of the event socket are reset.
    pub(super) fn cut(&mut self) {
        for connection in std::mem::take(&mut self.connections).into_values() {
            connection.cut.cancel();
        }
    }

    /// Another process takes the place of this one.
    pub(super) fn restart(&mut self) {
        self.generation += 1;
        self.world = self.world.restarted();
        self.streams.clear();
        self.cut();
        self.world.heartbeat();
    }

    fn send(&mut self, id: ConnId, frame: String) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        if connection.outgoing.try_send(frame).is_err() {
            connection.cut.cancel();
            self.connections.remove(&id);
        }
    }
}

impl Shared {
    pub(super) fn new(world: World, running: CancellationToken) -> Arc<Shared> {
        let state = State {
            world,
            faults: Faults::default(),
            refuses_connections: false,
            connections: BTreeMap::new(),
            last: 0,
            datagrams: None,
            streams: BTreeMap::new(),
            generation: 0,
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

    /// Listens on a free port for the event socket.
    pub(super) async fn listen(self: &Arc<Shared>) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a local port can be bound");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::clone(self);
        let running = self.running.clone();
        tokio::spawn(running.run_until_cancelled_owned(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if shared.state().refuses_connections {
                    reset(&stream);
                    continue;
                }
                stream.set_nodelay(true).expect("it has just been made");
                let serving = Arc::clone(&shared).serve(stream);
                tokio::spawn(shared.running.clone().run_until_cancelled_owned(serving));
            }
        }));
        address
    }

    /// Does what the world wants done.
    pub(super) fn perform(self: &Arc<Shared>, state: &mut State) {
        for effect in state.world.effects() {
            match effect {
                Effect::Tell(event) => {
                    let heard = state.connections.iter().filter_map(|(id, connection)| {
                        let format = connection.listener.wants(&event)?;
                        Some((*id, event.frame(format)))
                    });
                    for (id, frame) in heard.collect::<Vec<_>>() {
                        state.send(id, frame);
                    }
                }
                Effect::Sip {
                    route: Route::Udp(address),
                    text,
                } => {
                    if let Some(datagrams) = &state.datagrams {
                        // What does not fit into the queue is lost, as a datagram may be.
                        let _lost = datagrams.try_send((address, text));
                    }
                }
                Effect::Sip {
                    route: Route::Tcp(address),
                    text,
                } => self.send_by_stream(state, address, text),
                Effect::Later { after, deed } => {
                    let (shared, generation) = (Arc::clone(self), state.generation);
                    let running = self.running.clone();
                    tokio::spawn(running.run_until_cancelled_owned(async move {
                        sleep(after).await;
                        let mut state = shared.state();
                        if state.generation == generation {
                            deed(&mut state.world);
                            shared.perform(&mut state);
                        }
                    }));
                }
            }
        }
    }

    async fn serve(self: Arc<Shared>, stream: TcpStream) {
        let (outgoing, mut frames) = mpsc::channel(QUEUE);
        let cut = CancellationToken::new();
        let id = {
            let mut state = self.state();
            state.last += 1;
            let id = state.last;
            let connection = Connection {
                outgoing,
                cut: cut.clone(),
                listener: Listener::default(),
            };
            state.connections.insert(id, connection);
            state.send(id, GREETING.to_owned());
            id
        };
        let mut stream = stream;
        let mut buffer = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = cut.cancelled() => {
                    reset(&stream);
                    break;
                }
                Some(frame) = frames.recv() => {
                    if stream.write_all(frame.as_bytes()).await.is_err() {
                        break;
                    }
                }
                read = stream.read_buf(&mut buffer) => {
                    if !matches!(read, Ok(1..)) {
                        break;
                    }
                    if !self.take_commands(id, &mut buffer, &cut).await {
                        while let Ok(frame) = frames.try_recv() {
                            let _gone = stream.write_all(frame.as_bytes()).await;
                        }
                        break;
                    }
                }
            }
        }
        self.state().connections.remove(&id);
    }

    /// Does all commands that have come; says whether the connection goes on.
    async fn take_commands(
        self: &Arc<Shared>,
        id: ConnId,
        buffer: &mut Vec<u8>,
        cut: &CancellationToken,
    ) -> bool {
        while let Some(command) = Command::take(buffer) {
            let fault = self.note(&command);
            let is_background = command.split().0 == "bgapi";
            let mut obeyed = self.obeyed.subscribe();
            let wait = async {
                match &fault {
                    Some(Fault::Delay(after)) if !is_background => sleep(*after).await,
                    _ => {}
                }
            };
            if cut.run_until_cancelled(wait).await.is_none() {
                return true;
            }
            let reply = {
                let mut state = self.state();
                state.command(id, &command, fault.as_ref())
            };
            if fault == Some(Fault::Silent) && !is_background {
                self.perform(&mut self.state());
                if cut.run_until_cancelled(obeyed.changed()).await.is_none() {
                    return true;
                }
            }
            if !self.say(id, reply, fault == Some(Fault::Drop)) {
                return fault == Some(Fault::Drop);
            }
        }
        true
    }

    /// The reply goes out before what the command has led to.
    fn say(self: &Arc<Shared>, id: ConnId, reply: Reply, is_dropped: bool) -> bool {
        let mut state = self.state();
        if is_dropped {
            if let Some(connection) = state.connections.remove(&id) {
                connection.cut.cancel();
            }
        } else {
            state.send(id, reply.text);
        }
        self.perform(&mut state);
        !reply.is_last && !is_dropped
    }

    fn note(&self, command: &Command) -> Option<Fault> {
        let mut state = self.state();
        state.world.injected |= command.is_suspicious();
        state.world.remember(command.told());
        state.faults.on_command(command)
    }
}

/// Whoever reads from the other side gets an error, not an end.
fn reset(stream: &TcpStream) {
    socket2::SockRef::from(stream)
        .set_linger(Some(std::time::Duration::ZERO))
        .expect("a socket can be told to linger");
}
