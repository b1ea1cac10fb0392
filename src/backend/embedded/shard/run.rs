//! What a media thread does: reads datagrams, hands them to the plane, sends what that yields.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    task::Poll,
    time::{Duration, Instant},
};

use nix::time::{ClockId, clock_gettime};
use tokio::{net::UdpSocket, sync::mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    Job, Load,
    rtp::{DATAGRAM, Sockets},
    send::send,
    tcp::Connections,
};
use crate::{
    backend::embedded::{
        config::Config,
        plane::{Across, LegId, Plane, Transmit},
    },
    telemetry::Metrics,
};

/// Datagrams that are read from one socket before others get their turn.
const BATCH: usize = 64;

/// What may wait of what does not come by the sockets that all share; the kernel keeps the rest.
const ARRIVALS: usize = 256;

/// How often figures are told.
const REPORT: Duration = Duration::from_secs(1);

/// A thread that is about to start.
pub(super) struct Begin {
    pub(super) plane: Plane,
    pub(super) sockets: Vec<std::net::UdpSocket>,
    pub(super) config: Arc<Config>,
    pub(super) others: Vec<mpsc::Sender<Across>>,
    pub(super) inbox: mpsc::Receiver<Job>,
    pub(super) across: mpsc::Receiver<Across>,
    pub(super) load: Arc<Load>,
    pub(super) metrics: Metrics,
    pub(super) shutdown: CancellationToken,
}

/// What comes by a socket or connection of its own.
pub(super) enum Arrived {
    /// A datagram for a leg that speaks plain RTP.
    Plain {
        leg: LegId,
        section: usize,
        is_rtcp: bool,
        source: SocketAddr,
        bytes: Vec<u8>,
    },
    /// A datagram of a WebRTC client, by TCP.
    Frame {
        socket: usize,
        source: SocketAddr,
        bytes: Vec<u8>,
    },
    /// A WebRTC client's TCP connection has ended.
    Closed { socket: usize, source: SocketAddr },
}

/// The state of a media thread.
pub(in super::super) struct Worker {
    pub(in super::super) plane: Plane,
    sockets: Vec<UdpSocket>,
    pub(super) rtp: Sockets,
    pub(super) tcp: Connections,
    pub(super) arrivals: mpsc::Sender<Arrived>,
    others: Vec<mpsc::Sender<Across>>,
    metrics: Metrics,
    load: Arc<Load>,
    /// Bytes that were received and sent since the last report.
    bytes: u64,
    /// Processor time of the thread at the last report.
    processor: Duration,
    outgoing: Vec<Transmit>,
    unsent: u64,
    report_at: Instant,
}

impl Begin {
    /// Runs the thread until the shutdown.
    pub(super) fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the system has given a thread, and gives it a poll");
        tokio::task::LocalSet::new().block_on(&runtime, self.work());
    }

    async fn work(self) {
        let (sender, datagrams) = mpsc::channel(ARRIVALS);
        let sockets = self.sockets.into_iter();
        let sockets: io::Result<Vec<_>> = sockets.map(UdpSocket::from_std).collect();
        let sockets = sockets.expect("the sockets are bound and do not block");
        let own = sockets.iter().filter_map(|socket| socket.local_addr().ok());
        let addresses = match self.config.rtp_address {
            Some(address) => vec![address],
            None => own.map(|address| address.ip()).collect(),
        };
        let worker = Worker {
            // The first indices are the addresses by UDP, the next ones the same by TCP.
            rtp: Sockets::new(
                addresses,
                self.config.rtp_ports,
                2 * sockets.len(),
                sender.clone(),
            ),
            tcp: Connections::default(),
            arrivals: sender,
            plane: self.plane,
            sockets,
            others: self.others,
            metrics: self.metrics,
            load: self.load,
            bytes: 0,
            processor: processor_time(),
            outgoing: Vec::new(),
            unsent: 0,
            report_at: Instant::now(),
        };
        worker
            .run(self.inbox, self.across, datagrams, self.shutdown)
            .await;
    }
}

impl Worker {
    async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Job>,
        mut across: mpsc::Receiver<Across>,
        mut arrivals: mpsc::Receiver<Arrived>,
        shutdown: CancellationToken,
    ) {
        let mut buffer = vec![0; DATAGRAM];
        let timer = tokio::time::sleep(Duration::ZERO);
        let stop = shutdown.cancelled();
        tokio::pin!(timer, stop);
        loop {
            let wake = self.wake_at();
            // It may ring too early, which is cheaper than to set it anew for each packet.
            if timer.is_elapsed() || wake < timer.deadline().into_std() {
                timer.as_mut().reset(wake.into());
            }
            tokio::select! {
                () = &mut stop => break,
                Some(job) = inbox.recv() => job(&mut self),
                Some(message) = across.recv() => self.hear(message, &mut across),
                Some(arrived) = arrivals.recv() => self.arrived(arrived),
                at = readable(&self.sockets) => self.read(at, &mut buffer),
                () = &mut timer => {}
            }
            self.turn();
        }
        self.plane.close_all(Instant::now());
        self.send();
    }

    fn wake_at(&self) -> Instant {
        let at = self.plane.wake_at();
        at.map_or(self.report_at, |at| at.min(self.report_at))
    }

    /// Does what is due and sends what there is.
    fn turn(&mut self) {
        let now = Instant::now();
        if self.plane.wake_at().is_some_and(|at| at <= now) {
            self.plane.tick(now);
        }
        self.plane.flush(now);
        self.send();
        if self.report_at <= now {
            self.report_at = now + REPORT;
            self.report();
        }
    }

    fn hear(&mut self, first: Across, more: &mut mpsc::Receiver<Across>) {
        let now = Instant::now();
        self.plane.across(now, first);
        for _ in 1..BATCH {
            let Ok(next) = more.try_recv() else { break };
            self.plane.across(now, next);
        }
    }

    fn read(&mut self, at: usize, buffer: &mut [u8]) {
        for _ in 0..BATCH {
            let Ok((length, source)) = self.sockets[at].try_recv_from(buffer) else {
                // Nothing is left, or the kernel tells of a datagram that did not arrive: that is ICE's to find out.
                return;
            };
            self.bytes += length as u64;
            self.plane
                .receive(Instant::now(), at, source, &buffer[..length]);
        }
    }

    fn arrived(&mut self, arrived: Arrived) {
        let now = Instant::now();
        match arrived {
            Arrived::Plain {
                leg,
                section,
                is_rtcp,
                source,
                bytes,
            } => self
                .plane
                .receive_rtp(now, leg, (section, is_rtcp), source, &bytes),
            Arrived::Frame {
                socket,
                source,
                bytes,
            } => self.plane.receive(now, socket, source, &bytes),
            Arrived::Closed { socket, source } => self.tcp.close(socket, source),
        }
    }

    fn send(&mut self) {
        self.plane.take_transmits(&mut self.outgoing);
        let shared = self.sockets.len();
        for alike in self.outgoing.chunk_by(Transmit::is_like) {
            let at = alike[0].socket;
            let sent = if at < shared {
                send(&self.sockets[at], alike)
            } else if at < 2 * shared {
                let sent = alike.iter().filter(|one| self.tcp.send(one));
                sent.count()
            } else {
                self.rtp.get(at).map_or(0, |socket| send(socket, alike))
            };
            self.bytes += (alike.len() * alike[0].contents.len()) as u64;
            // What the kernel does not take is lost, as on any network: the protocols above are made for it.
            self.unsent += (alike.len() - sent) as u64;
        }
        self.outgoing.clear();
        for (shard, message) in self.plane.messages() {
            if self.others[usize::from(shard)].try_send(message).is_err() {
                self.unsent += 1;
            }
        }
    }

    fn report(&mut self) {
        let kbits = std::mem::take(&mut self.bytes) * 8 / 1000 / REPORT.as_secs();
        let kbits = u32::try_from(kbits).unwrap_or(u32::MAX);
        self.load.bitrate_kbps.store(kbits, Ordering::Relaxed);
        let processor = processor_time();
        let spent = processor.saturating_sub(self.processor).as_millis() * 100;
        let percent = u32::try_from(spent / REPORT.as_millis()).unwrap_or(u32::MAX);
        self.load.cpu_percent.store(percent, Ordering::Relaxed);
        self.processor = processor;
        self.metrics
            .media_packets_dropped(std::mem::take(&mut self.unsent));
        let forwarded = self.plane.take_forwarded();
        self.metrics.media_packets_forwarded(forwarded);
    }

    /// Closes a leg.
    pub(in super::super) fn close(&mut self, now: Instant, leg: LegId) {
        let pairs = self.plane.close(now, leg);
        self.send();
        for pair in pairs {
            self.rtp.release(pair);
        }
    }
}

/// Processor time of this thread so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID);
    time.map_or(Duration::ZERO, Duration::from)
}

/// The index of a socket that can be read.
async fn readable(sockets: &[UdpSocket]) -> usize {
    poll_fn(|context| {
        for (at, socket) in sockets.iter().enumerate() {
            if socket.poll_recv_ready(context).is_ready() {
                return Poll::Ready(at);
            }
        }
        Poll::Pending
    })
    .await
}
