//! One session after the other, or a call of two, each with real clients, which do something at random and go.

use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use mediaplane::proto::{
    Bridge, DestroySessionRequest, Echo, GetAnswerRequest, GetSessionRequest, GetStatsRequest,
    Listen, MediaUpdate, Park, Play, PlayerActionRequest, Proxy, Publish, RecorderActionRequest,
    SdpType, SessionStatus, SetAnswerRequest, SetTypeRequest, UpdateMediaRequest,
    player_action_request as player, recorder_action_request as recorder, session_type::Kind,
};
use parking_lot::Mutex;
use rand::{RngExt as _, rngs::StdRng, seq::IndexedRandom as _};
use tokio::time::sleep;

use crate::{
    PATIENCE,
    service::{Client, Created, Folders, create, described, sane, session_type},
    support::{
        media::Codec,
        network::media_address,
        peer::{Options, Peer},
        rtp::RtpPeer,
    },
};

/// The sessions that may be listened to.
pub(crate) type Publishers = Arc<Mutex<Vec<String>>>;

/// What every run must have done, and how often it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done(BTreeMap<&'static str, u64>);

const KINDS: [&str; 14] = [
    "echo",
    "park",
    "publish",
    "listen",
    "play",
    "telephone",
    "call",
    "set_type",
    "update",
    "record",
    "player",
    "stats",
    "goodbye",
    "vanish",
];

/// Those of them that are sessions, one each.
const SESSIONS: [&str; 8] = [
    "echo",
    "park",
    "publish",
    "listen",
    "play",
    "telephone",
    "call",
    "bridge",
];

impl Done {
    fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (what, count) in other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// How many sessions there have been.
    pub(crate) fn sessions(&self) -> u64 {
        let counts = SESSIONS.iter().filter_map(|what| self.0.get(what));
        counts.sum()
    }

    /// Checks that all was done that there is to do.
    pub(crate) fn all_kinds(&self) {
        for kind in KINDS {
            assert!(self.0.contains_key(kind), "never done: {kind}; {self}");
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.0.iter().map(|(what, count)| format!("{count} {what}"));
        f.write_str(&each.collect::<Vec<_>>().join(", "))
    }
}

/// The client of a session.
enum Party {
    Web(Peer),
    Phone(#[expect(dead_code, reason = "it speaks until it is dropped")] RtpPeer),
}

/// A session that lives, and its client.
struct Live {
    id: String,
    party: Party,
}

/// A place for one session at a time, or a call.
pub(crate) struct Seat {
    tag: u8,
    random: StdRng,
    client: Client,
    clip: String,
    publishers: Publishers,
    done: Done,
}

impl Seat {
    pub(crate) fn new(
        number: u16,
        random: StdRng,
        client: Client,
        folders: &Folders,
        publishers: Publishers,
    ) -> Self {
        Self {
            // Only to tell the tracks apart: it may come again.
            tag: (number % 250) as u8 + 1,
            random,
            client,
            clip: folders.clip(),
            publishers,
            done: Done::default(),
        }
    }

    /// Goes on until then.
    pub(crate) async fn run(mut self, until: Instant) -> Done {
        while Instant::now() < until {
            let lives = self.begin().await;
            for _ in 0..self.random.random_range(0..8) {
                sleep(Duration::from_millis(self.random.random_range(20..400))).await;
                self.step(&lives).await;
            }
            for live in lives {
                self.end(live).await;
            }
        }
        self.done
    }

    /// Something that lives; nothing if what it needs has just gone.
    async fn begin(&mut self) -> Vec<Live> {
        match self.random.random_range(0..9) {
            0 => self.offers("echo", Kind::Echo(Echo {})).await,
            1 => self.offers("park", Kind::Park(Park {})).await,
            2..5 => {
                self.offers("publish", Kind::Publish(Publish::default()))
                    .await
            }
            5 => match self.publisher() {
                Some(kind) => self.answers("listen", kind).await,
                None => Vec::new(),
            },
            6 => self.answers("play", self.playing()).await,
            7 => self.telephone().await,
            _ => self.call().await,
        }
    }

    fn options(&mut self) -> Options {
        let options = Options::new(media_address(), self.tag).patience(PATIENCE);
        match self.random.random_range(0..3) {
            0 => options.audio(),
            1 => options.audio().video(),
            _ => options.audio().video().data(),
        }
    }

    fn publisher(&mut self) -> Option<Kind> {
        let publishers = self.publishers.lock();
        let publisher_id = publishers.choose(&mut self.random)?.clone();
        Some(Kind::Listen(Listen { publisher_id }))
    }

    fn playing(&self) -> Kind {
        Kind::Play(Play {
            uri: self.clip.clone(),
            loops: Some(0),
        })
    }

    async fn offers(&mut self, what: &'static str, kind: Kind) -> Vec<Live> {
        let peer = Peer::offer(self.options()).await;
        let offer = Some(peer.description().to_owned());
        let is_publisher = matches!(kind, Kind::Publish(_));
        let created = create(&mut self.client, kind, offer, SdpType::Webrtc).await;
        let Some(created) = sane(what, created) else {
            return Vec::new();
        };
        peer.accept_answer(&created.sdp).await;
        let live = self.up(what, created.id, peer).await;
        if is_publisher {
            let ids = live.iter().map(|live| live.id.clone());
            self.publishers.lock().extend(ids);
        }
        live
    }

    async fn answers(&mut self, what: &'static str, kind: Kind) -> Vec<Live> {
        let created = create(&mut self.client, kind, None, SdpType::Webrtc).await;
        let Some(Created { id, sdp }) = sane(what, created) else {
            return Vec::new();
        };
        let peer = Peer::answer(self.options(), &sdp).await;
        if !self
            .set_answer(&id, peer.description(), SdpType::Webrtc)
            .await
        {
            return Vec::new();
        }
        self.up(what, id, peer).await
    }

    async fn set_answer(&mut self, id: &str, sdp: &str, sdp_type: SdpType) -> bool {
        let request = SetAnswerRequest {
            session_id: id.to_owned(),
            answer: Some(described(sdp.to_owned(), sdp_type)),
        };
        sane("set_answer", self.client.set_answer(request).await).is_some()
    }

    async fn telephone(&mut self) -> Vec<Live> {
        let mut phone = RtpPeer::bind(media_address(), self.tag, &[Codec::Pcmu]).await;
        let (kind, offer) = (Kind::Echo(Echo {}), Some(phone.offer()));
        let created = create(&mut self.client, kind, offer, SdpType::Rtp).await;
        let Some(Created { id, sdp }) = sane("telephone", created) else {
            return Vec::new();
        };
        phone.accept_answer(&sdp);
        self.done.count("telephone");
        let party = Party::Phone(phone);
        vec![Live { id, party }]
    }

    /// A caller's proxy, and a callee's bridge that joins it.
    async fn call(&mut self) -> Vec<Live> {
        let caller = Peer::offer(self.options()).await;
        let request = mediaplane::proto::CreateSessionRequest {
            r#type: Some(session_type(Kind::Proxy(Proxy {}))),
            offer: Some(described(caller.description().to_owned(), SdpType::Webrtc)),
            ..Default::default()
        };
        let created = self.client.create_session(request).await.expect("a proxy");
        let proxy = created.into_inner().session_id;
        let peer_id = proxy.clone();
        let bridge = Kind::Bridge(Bridge { peer_id });
        let mut lives = self.answers("bridge", bridge).await;
        let request = GetAnswerRequest {
            session_id: proxy.clone(),
        };
        let answer = self.client.get_answer(request).await.expect("an answer");
        let answer = answer
            .into_inner()
            .answer
            .expect("an answer has a description");
        caller.accept_answer(&answer.sdp).await;
        lives.extend(self.up("call", proxy, caller).await);
        lives
    }

    /// The session with its client, as soon as that is connected; nothing if the session has ended before.
    async fn up(&mut self, what: &'static str, id: String, peer: Peer) -> Vec<Live> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = peer.state();
            if state.connected {
                self.done.count(what);
                let party = Party::Web(peer);
                return vec![Live { id, party }];
            }
            if !self.lives(&id).await {
                return Vec::new();
            }
            assert!(Instant::now() < deadline, "{what} {id}: {state:#?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    async fn lives(&mut self, id: &str) -> bool {
        let request = GetSessionRequest {
            session_id: id.to_owned(),
        };
        let found = sane("get_session", self.client.get_session(request).await);
        let session = found.and_then(|found| found.into_inner().session);
        session.is_some_and(|session| session.status() != SessionStatus::Destroyed)
    }

    /// Does something to one of them.
    async fn step(&mut self, lives: &[Live]) {
        let Some(live) = lives.choose(&mut self.random) else {
            return;
        };
        let session_id = live.id.clone();
        let (what, done) = match self.random.random_range(0..6) {
            0 | 1 => ("set_type", self.set_type(session_id).await),
            2 => ("update", self.update(session_id).await),
            3 => ("record", self.record(session_id).await),
            4 => ("player", self.play(session_id).await),
            _ => {
                let stats = self.client.get_stats(GetStatsRequest { session_id }).await;
                ("stats", sane("get_stats", stats).is_some())
            }
        };
        if done {
            self.done.count(what);
        }
    }

    async fn set_type(&mut self, session_id: String) -> bool {
        let kind = match self.random.random_range(0..5) {
            0 => Kind::Echo(Echo {}),
            1 => Kind::Park(Park {}),
            2 => Kind::Publish(Publish::default()),
            3 => self.playing(),
            _ => self.publisher().unwrap_or(Kind::Park(Park {})),
        };
        let request = SetTypeRequest {
            session_id,
            r#type: Some(session_type(kind)),
        };
        sane("set_type", self.client.set_type(request).await).is_some()
    }

    async fn update(&mut self, session_id: String) -> bool {
        let mut media = MediaUpdate::default();
        match self.random.random_range(0..3) {
            0 => media.mute_audio = Some(self.random.random()),
            1 => media.mute_video = Some(self.random.random()),
            _ => media.bitrate_kbps = Some(self.random.random_range(0..2000)),
        }
        let request = UpdateMediaRequest {
            session_id,
            media: Some(media),
        };
        sane("update_media", self.client.update_media(request).await).is_some()
    }

    async fn record(&mut self, session_id: String) -> bool {
        use recorder::Action;
        let action = match self.random.random_range(0..6) {
            0..3 => Action::Start(recorder::Start::default()),
            3 => Action::Stop(recorder::Stop {}),
            4 => Action::Pause(recorder::Pause {}),
            _ => Action::Resume(recorder::Resume {}),
        };
        let request = RecorderActionRequest {
            session_id,
            action: Some(action),
        };
        sane(
            "recorder_action",
            self.client.recorder_action(request).await,
        )
        .is_some()
    }

    async fn play(&mut self, session_id: String) -> bool {
        use player::Action;
        let action = match self.random.random_range(0..6) {
            0..3 => Action::Start(player::Start {
                uri: self.clip.clone(),
                loops: Some(self.random.random_range(0..3)),
            }),
            3 => Action::Stop(player::Stop {}),
            4 => Action::Pause(player::Pause {}),
            _ => Action::Resume(player::Resume {}),
        };
        let request = PlayerActionRequest {
            session_id,
            action: Some(action),
        };
        sane("player_action", self.client.player_action(request).await).is_some()
    }

    /// Ends it: by the API, or by its client, with a word or without.
    async fn end(&mut self, live: Live) {
        self.publishers.lock().retain(|id| *id != live.id);
        let Live { id, party } = live;
        match (party, self.random.random_range(0..4)) {
            (Party::Web(peer), 0) => {
                peer.close().await;
                self.ends(&id).await;
                self.done.count("goodbye");
            }
            (party, 1) => {
                drop(party);
                self.done.count("vanish");
                self.destroy(id).await;
            }
            (party, _) => {
                self.destroy(id).await;
                drop(party);
            }
        }
    }

    async fn destroy(&mut self, session_id: String) {
        let message = String::new();
        let request = DestroySessionRequest {
            session_id,
            message,
        };
        sane("destroy", self.client.destroy_session(request).await);
    }

    /// Waits for its end.
    async fn ends(&mut self, id: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.lives(id).await {
            assert!(Instant::now() < deadline, "{id} outlives its client");
            sleep(Duration::from_millis(10)).await;
        }
    }
}
