//! A WebRTC peer that a test can trust: real ICE, DTLS and SRTP over a real socket, marked media, everything counted.

mod engine;
mod options;
mod picture;
mod state;
mod tracks;

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) use options::Options;
pub(crate) use state::{Message, State};

use super::deadline;
use super::media::Kind;
use super::received::{Counts, Receives};
use super::sdp::Candidate;
use engine::{Command, Engine};

/// A peer connection. It sends and counts from when it is connected until it is closed.
///
/// Dropping it is what a crashed browser does: it vanishes without a word. [`Peer::close`] says goodbye.
#[derive(Debug)]
pub(crate) struct Peer {
    description: String,
    candidates: Vec<Candidate>,
    patience: Duration,
    commands: mpsc::Sender<Command>,
    state: watch::Receiver<State>,
    counted: watch::Receiver<Counts>,
    task: JoinHandle<()>,
}

impl Peer {
    /// A peer that offers the media of its options.
    pub(crate) async fn offer(options: Options) -> Peer {
        let mut engine = Engine::new(&options).await;
        let sdp = engine.offer(&options);
        Peer::spawn(engine, &options, &sdp)
    }

    /// A peer that answers a remote offer; which media there is comes from the offer.
    ///
    /// # Panics
    /// If the offer cannot be answered.
    pub(crate) async fn answer(options: Options, offer: &str) -> Peer {
        let mut engine = Engine::new(&options).await;
        let sdp = engine
            .answer(offer)
            .unwrap_or_else(|error| panic!("the offer cannot be answered: {error}\n{offer}"));
        Peer::spawn(engine, &options, &sdp)
    }

    fn spawn(engine: Engine, options: &Options, sdp: &str) -> Peer {
        let (description, candidates) = engine.described(sdp, options.trickle);
        let (commands, inbox) = mpsc::channel(16);
        let (state, counted) = (engine.state(), engine.counted());
        Peer {
            description,
            candidates,
            patience: options.patience,
            commands,
            state,
            counted,
            task: tokio::spawn(engine.run(inbox)),
        }
    }

    /// Its own offer or answer; without candidates if it trickles.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// The candidates to send to the remote side; none are missing from the description unless it trickles.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Takes the remote answer to its offer.
    ///
    /// # Panics
    /// If the answer does not fit the offer.
    pub(crate) async fn accept_answer(&self, sdp: &str) {
        self.command(|reply| Command::AcceptAnswer(sdp.to_owned(), reply))
            .await;
    }

    /// Answers a later offer in the same connection.
    ///
    /// # Panics
    /// If the offer cannot be answered.
    pub(crate) async fn renegotiate(&self, offer: &str) -> String {
        self.command(|reply| Command::AcceptOffer(offer.to_owned(), reply))
            .await
    }

    /// Takes a remote candidate: the `candidate:...` of an `a=` line or a trickle message.
    ///
    /// # Panics
    /// If it cannot be parsed.
    pub(crate) async fn add_candidate(&self, candidate: &str) {
        self.command(|reply| Command::AddCandidate(candidate.to_owned(), reply))
            .await;
    }

    /// Stops or starts what it sends of this kind, as a client does that loses its camera.
    pub(crate) async fn set_sending(&self, kind: Kind, on: bool) {
        self.command(|reply| Command::SetSending(kind, on, reply))
            .await;
    }

    /// Asks the remote side for a keyframe of each video that it receives (PLI).
    pub(crate) async fn request_keyframe(&self) {
        self.command(Command::RequestKeyframe).await;
    }

    /// Tells the remote side how much it can take, in bit/s (REMB), from now on.
    pub(crate) async fn send_remb(&self, bitrate: u64) {
        self.command(|reply| Command::SendRemb(bitrate, reply))
            .await;
    }

    /// Sends a text over its data channel, as soon as that is open.
    pub(crate) async fn send_text(&self, text: &str) {
        self.command(|reply| Command::SendText(text.to_owned(), reply))
            .await;
    }

    /// What it knows of its connection now.
    pub(crate) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Waits until ICE and DTLS are up.
    pub(crate) async fn connected(&self) {
        self.until("ICE and DTLS are up", |state| state.connected)
            .await;
    }

    /// Waits until the remote side has closed the connection.
    pub(crate) async fn closed(&self) {
        self.until("the remote side closes", |state| state.closed)
            .await;
    }

    /// Waits until its data channel is open.
    pub(crate) async fn channel_open(&self) {
        self.until("the data channel is open", |state| state.channel_open)
            .await;
    }

    /// Waits for a data channel message that `wanted` accepts, also one that came before.
    pub(crate) async fn receives_text(&self, wanted: impl Fn(&str) -> bool) -> String {
        let is_it = |message: &Message| message.text().is_some_and(&wanted);
        self.until("a wanted message", |state| state.messages.iter().any(is_it))
            .await;
        let state = self.state.borrow();
        let found = state.messages.iter().find(|message| is_it(message));
        let text = found.and_then(Message::text);
        text.expect("messages are never taken away").to_owned()
    }

    /// Checks that a text with this end does not come during `span`, nor came before.
    pub(crate) async fn receives_no_text(&self, text: &str, span: Duration) {
        let is_it = |message: &Message| message.text().is_some_and(|got| got.ends_with(text));
        let mut state = self.state.clone();
        let came = state.wait_for(|state| state.messages.iter().any(is_it));
        if let Ok(Ok(state)) = timeout(span, came).await {
            panic!(
                "`{text}` came although it should not: {:#?}",
                state.messages
            );
        }
    }

    /// Waits until the remote side's latest REMB, in bit/s, is one that `wanted` accepts.
    pub(crate) async fn remb(&self, wanted: impl Fn(u64) -> bool) -> u64 {
        self.until("a wanted REMB", |state| state.remb.is_some_and(&wanted))
            .await;
        self.state().remb.expect("a REMB is never taken away")
    }

    /// Waits until the remote side has asked for `count` more keyframes (PLI or FIR).
    pub(crate) async fn asked_for_keyframes(&self, count: u64) {
        let goal = self.state.borrow().keyframe_requests + count;
        self.until("keyframe requests", |state| state.keyframe_requests >= goal)
            .await;
    }

    /// Says goodbye (RTCP BYE, SCTP shutdown, DTLS close_notify) and ends.
    ///
    /// # Panics
    /// If that takes more than 5 s.
    pub(crate) async fn close(self) {
        // A peer that the remote side has closed already has nobody left to take this.
        let _ = self.commands.send(Command::Close).await;
        timeout(Duration::from_secs(5), self.task)
            .await
            .expect("a peer closes quickly")
            .expect("a peer does not panic");
    }

    /// Ends without a word: no goodbye, no more packets.
    pub(crate) async fn vanish(self) {
        drop(self.commands);
        self.task.await.expect("a peer does not panic");
    }

    async fn until(&self, what: &str, reached: impl FnMut(&State) -> bool) {
        deadline::until(&self.state, self.patience, what, reached).await;
    }

    async fn command<T>(&self, command: impl FnOnce(engine::Reply<T>) -> Command) -> T {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(command(reply)).await;
        assert!(sent.is_ok(), "the peer has ended: {:#?}", self.state());
        let answer = answer.await.expect("a peer answers what it takes");
        answer.unwrap_or_else(|error| panic!("the peer refused: {error}"))
    }
}

impl Receives for Peer {
    fn counted(&self) -> &watch::Receiver<Counts> {
        &self.counted
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}
