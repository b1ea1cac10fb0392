//! A WebRTC peer that a test can trust: real ICE, DTLS and SRTP over a real socket, marked media, everything counted.

mod connection;
mod engine;
mod options;
mod picture;
mod sections;
mod state;
mod tracks;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use options::Options;
pub(crate) use state::{Message, State};

use super::deadline;
use super::media::Kind;
use super::received::{Counts, Receives};
use super::sdp::{Candidate, media_lines, without_candidates};
use connection::Connection;
use engine::{Command, Engine, Reply};
use sections::Part;
use state::Notes;

/// A peer connection. It sends and counts from when it is connected until it is closed.
///
/// With [`Options::unbundled`] it is one connection for each m-section, which look like one from outside: it is
/// connected when all are that the remote side did not refuse, and closed when one is.
///
/// Dropping it is what a crashed browser does: it vanishes without a word. [`Peer::close`] says goodbye.
#[derive(Debug)]
pub(crate) struct Peer {
    description: String,
    candidates: Vec<Candidate>,
    patience: Duration,
    unbundled: bool,
    sections: Vec<Section>,
    state: watch::Receiver<State>,
    counted: watch::Receiver<Counts>,
}

/// An m-section with its connection, unless it was refused when it was offered; or all of them with their only one.
#[derive(Debug)]
struct Section {
    mid: String,
    connection: Option<Connection>,
}

impl Peer {
    /// A peer that offers the media of its options.
    ///
    /// # Panics
    /// If that is none.
    pub(crate) async fn offer(options: Options) -> Peer {
        let connections = options.connections();
        let (notes, state) = Notes::of(connections.len());
        let (counts, counted) = watch::channel(Counts::default());
        let (mut sections, mut offers) = (Vec::<Section>::new(), Vec::new());
        for (options, notes) in connections.iter().zip(notes) {
            // Two connections may happen to give the same name to their sections.
            let (mid, engine, offer) = loop {
                let mut engine = Engine::new(options, notes.clone(), counts.clone()).await;
                let offer = engine.offer(options);
                let lines = media_lines(&offer);
                let mid = lines[0].mid().expect("an offered section has a mid");
                if sections.iter().all(|section| section.mid != mid) {
                    break (mid.to_owned(), engine, offer);
                }
            };
            offers.push(offer);
            let connection = Some(Connection::spawn(engine));
            sections.push(Section { mid, connection });
        }
        assert!(!offers.is_empty(), "an offer has some media");
        Peer::new(&options, sections, &offers, state, counted)
    }

    /// A peer that answers a remote offer; which media there is comes from the offer.
    ///
    /// # Panics
    /// If the offer cannot be answered.
    pub(crate) async fn answer(options: Options, offer: &str) -> Peer {
        let parts = match options.unbundled {
            true => sections::split(offer, &[]),
            false => vec![Part::whole(offer)],
        };
        let taken = parts.iter().filter(|part| !part.refused).count();
        let (notes, state) = Notes::of(taken);
        let mut notes = notes.into_iter();
        let (counts, counted) = watch::channel(Counts::default());
        let (mut sections, mut answers) = (Vec::new(), Vec::new());
        for part in parts {
            let notes = match part.refused {
                true => None,
                false => notes.next(),
            };
            let connection = match notes {
                Some(notes) => {
                    let mut engine = Engine::new(&options, notes, counts.clone()).await;
                    let answer = engine.answer(&part.sdp).unwrap_or_else(|error| {
                        panic!("the offer cannot be answered: {error}\n{offer}")
                    });
                    answers.push(part.answered(&answer));
                    Some(Connection::spawn(engine))
                }
                None => {
                    answers.push(part.refusal());
                    None
                }
            };
            let mid = part.mid;
            sections.push(Section { mid, connection });
        }
        Peer::new(&options, sections, &answers, state, counted)
    }

    fn new(
        options: &Options,
        sections: Vec<Section>,
        descriptions: &[String],
        state: watch::Receiver<State>,
        counted: watch::Receiver<Counts>,
    ) -> Peer {
        let whole = sections::join(descriptions, options.unbundled);
        let (_, candidates) = without_candidates(&whole);
        let description = match options.trickle {
            true => {
                let bare = descriptions.iter().map(|sdp| without_candidates(sdp).0);
                sections::join(&bare.collect::<Vec<_>>(), options.unbundled)
            }
            false => whole,
        };
        Peer {
            description,
            candidates,
            patience: options.patience,
            unbundled: options.unbundled,
            sections,
            state,
            counted,
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
        for (section, part) in self.sections.iter().zip(self.parts(sdp)) {
            let accepted = match (&section.connection, part.refused) {
                (Some(connection), false) => {
                    let accept = |reply| Command::AcceptAnswer(part.sdp, reply);
                    connection.command(accept).await
                }
                (Some(connection), true) => connection.command(Command::Refuse).await,
                (None, _) => Ok(()),
            };
            self.taken(accepted);
        }
    }

    /// Answers a later offer in the same connection.
    ///
    /// # Panics
    /// If the offer cannot be answered. Without bundling its sections must be those that there were.
    pub(crate) async fn renegotiate(&self, offer: &str) -> String {
        let mut answers = Vec::new();
        for (section, part) in self.sections.iter().zip(self.parts(offer)) {
            let answer = match (&section.connection, part.refused) {
                (Some(connection), false) => {
                    let accept = |reply| Command::AcceptOffer(part.sdp.clone(), reply);
                    let answer = connection.command(accept).await;
                    answer.map(|answer| part.answered(&answer))
                }
                (Some(connection), true) => {
                    let refused = connection.command(Command::Refuse).await;
                    refused.map(|()| part.refusal())
                }
                (None, _) => Ok(part.refusal()),
            };
            answers.push(self.taken(answer));
        }
        sections::join(&answers, self.unbundled)
    }

    /// Takes a remote candidate: the `candidate:...` of an `a=` line or a trickle message.
    ///
    /// # Panics
    /// If it cannot be parsed, or its m-section makes a difference: see [`Peer::add_candidate_of`].
    pub(crate) async fn add_candidate(&self, candidate: &str) {
        let mut connections = self.connections();
        let (Some(only), None) = (connections.next(), connections.next()) else {
            panic!("it has to be told which m-section this is for: {candidate}");
        };
        self.add(only, candidate).await;
    }

    /// Takes a remote candidate of the m-section that it names; one of a refused section is dropped.
    ///
    /// # Panics
    /// If it cannot be parsed, or there is no such m-section.
    pub(crate) async fn add_candidate_of(&self, candidate: &Candidate) {
        let index = match (self.unbundled, candidate.sdp_mid.as_str()) {
            (false, _) => Some(0),
            (true, "") => usize::try_from(candidate.sdp_m_line_index).ok(),
            (true, mid) => self.sections.iter().position(|section| section.mid == mid),
        };
        let section = index.and_then(|index| self.sections.get(index));
        let section = section.unwrap_or_else(|| panic!("of no m-section: {candidate:?}"));
        if let Some(connection) = &section.connection {
            self.add(connection, &candidate.candidate).await;
        }
    }

    /// Stops or starts what it sends of this kind, as a client does that loses its camera.
    pub(crate) async fn set_sending(&self, kind: Kind, on: bool) {
        self.each(|reply| Command::SetSending(kind, on, reply))
            .await;
    }

    /// Asks the remote side for a keyframe of each video that it receives (PLI).
    pub(crate) async fn request_keyframe(&self) {
        self.each(Command::RequestKeyframe).await;
    }

    /// Tells the remote side how much it can take, in bit/s (REMB), from now on.
    pub(crate) async fn send_remb(&self, bitrate: u64) {
        self.each(|reply| Command::SendRemb(bitrate, reply)).await;
    }

    /// Sends a text over its data channel, as soon as that is open.
    pub(crate) async fn send_text(&self, text: &str) {
        self.each(|reply| Command::SendText(text.to_owned(), reply))
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
        for connection in self.connections() {
            connection.close().await;
        }
        let goodbyes = async {
            for connection in self.into_connections() {
                connection.closed().await;
            }
        };
        timeout(Duration::from_secs(5), goodbyes)
            .await
            .expect("a peer closes quickly");
    }

    /// Ends without a word: no goodbye, no more packets.
    pub(crate) async fn vanish(self) {
        for connection in self.into_connections() {
            connection.end().await;
        }
    }

    async fn until(&self, what: &str, reached: impl FnMut(&State) -> bool) {
        deadline::until(&self.state, self.patience, what, reached).await;
    }

    fn connections(&self) -> impl Iterator<Item = &Connection> {
        let sections = self.sections.iter();
        sections.filter_map(|section| section.connection.as_ref())
    }

    fn into_connections(self) -> impl Iterator<Item = Connection> {
        let sections = self.sections.into_iter();
        sections.filter_map(|section| section.connection)
    }

    /// What each section is told by a remote description.
    fn parts(&self, sdp: &str) -> Vec<Part> {
        if !self.unbundled {
            return vec![Part::whole(sdp)];
        }
        let mids = self.sections.iter().map(|section| section.mid.as_str());
        let parts = sections::split(sdp, &mids.collect::<Vec<_>>());
        let (its, ours) = (parts.len(), self.sections.len());
        assert_eq!(its, ours, "a description of as many m-sections:\n{sdp}");
        parts
    }

    async fn add(&self, connection: &Connection, candidate: &str) {
        let add = |reply| Command::AddCandidate(candidate.to_owned(), reply);
        self.taken(connection.command(add).await);
    }

    async fn each(&self, command: impl Fn(Reply<()>) -> Command) {
        for connection in self.connections() {
            self.taken(connection.command(&command).await);
        }
    }

    fn taken<T>(&self, result: Result<T, String>) -> T {
        result.unwrap_or_else(|error| panic!("the peer refused: {error}: {:#?}", self.state()))
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
