//! Recordings on their way to an object store that speaks S3, with the program as people run it.

#[path = "drivers/program.rs"]
mod program;
mod support;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use aws_lc_rs::digest;
use mediaplane::proto::{
    Event, RecordedFile, RecorderActionRequest, Recording, RecordingState, WatchEventsRequest,
    event,
    recorder_action_request::{Action, Start, Stop},
    watch_events_request::{Scope, SessionIds},
    watch_events_response::Item,
};
use support::{
    media::Kind,
    network::media_address,
    peer::{Options, Peer},
    ports::PortBlock,
    received::Receives as _,
    s3::{BUCKET, KEY, Store},
    service::Service,
};
use tokio::{net::TcpListener, time::timeout};
use tonic::Streaming;

/// For what happens soon after a store is there, on a busy machine: the pauses between tries grow with each.
const PATIENCE: Duration = Duration::from_secs(60);
/// A part of an upload has 8 MiB.
const SOME_PARTS: usize = 20 << 20;

fn configuration(folder: &Path, store: SocketAddr, keep: bool, more: &str) -> String {
    format!(
        "[[backend]]\nkind = 'embedded'\nlisten = ['{}:0']\ntcp = false\n\
         [backend.record]\nfolder = '{}'\n\
         [backend.record.upload]\nurl = 's3://{BUCKET}/calls'\nkeep = {keep}\n{more}\n\
         [backend.record.upload.options]\n\
         aws_region = 'eu-central-1'\naws_endpoint = 'http://{store}'\naws_allow_http = 'true'\n",
        media_address(),
        folder.display(),
    )
}

/// A session of a client that sends audio and video.
struct Caller {
    client: program::Client,
    session_id: String,
    events: Streaming<mediaplane::proto::WatchEventsResponse>,
    _peer: Peer,
}

impl Caller {
    async fn new(service: &Service) -> Self {
        let mut client = program::client(service).await;
        let peer = Peer::offer(Options::new(media_address(), 7).audio().video()).await;
        let session_id = program::create(&mut client, program::echo(&peer), &peer).await;
        peer.receives(Kind::Video, 7, 5).await;
        let ids = vec![session_id.clone()];
        let events = client.watch_events(WatchEventsRequest {
            scope: Some(Scope::SessionIds(SessionIds { ids })),
            ..WatchEventsRequest::default()
        });
        let events = events.await.expect("its events").into_inner();
        Self {
            client,
            session_id,
            events,
            _peer: peer,
        }
    }

    async fn recorder(&mut self, action: Action) -> Recording {
        let done = self.client.recorder_action(RecorderActionRequest {
            session_id: self.session_id.clone(),
            action: Some(action),
        });
        let recording = done.await.expect("it can be recorded").into_inner();
        recording.recording.expect("a recording")
    }

    /// Records a second, which is then on its way.
    async fn records(&mut self, name: &str) -> RecordedFile {
        self.recorder(start(name)).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut stopped = self.recorder(Action::Stop(Stop {})).await;
        assert_eq!(stopped.state(), RecordingState::Uploading);
        stopped.files.remove(0)
    }

    /// Waits until the recording is told to be in this state.
    async fn told(&mut self, state: RecordingState) -> Recording {
        let told = async {
            loop {
                let item = self.events.message().await.expect("the stream goes on");
                let item = item.expect("the stream goes on").item;
                if let Some(Item::Event(Event {
                    kind: Some(event::Kind::Recorder(recording)),
                    ..
                })) = item
                    && recording.state() == state
                {
                    return recording;
                }
            }
        };
        timeout(PATIENCE, told).await.expect("it is told in time")
    }
}

fn start(name: &str) -> Action {
    Action::Start(Start {
        uri: name.to_owned(),
        ..Start::default()
    })
}

fn sha256(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What the folder has left of recordings and of what is to be uploaded.
fn left(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| {
        fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
    };
    let marks = folder.join(".uploads");
    let files = list(folder).filter(|path| *path != marks);
    files.chain(list(&marks)).collect()
}

#[tokio::test]
async fn what_is_recorded_is_available_in_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = PortBlock::claim();
    let Some(store) = Store::start(ports.tcp(0)).await else {
        return;
    };
    let secrets =
        format!("secrets = {{ aws_access_key_id = '{KEY}', aws_secret_access_key = 'hunter2' }}");
    let configure = |_: &Path| configuration(folder.path(), store.address, false, &secrets);
    let service = Service::start(&[], &[], configure).await;
    let mut caller = Caller::new(&service).await;
    let local = caller.records("a~call").await;
    caller.told(RecordingState::Uploading).await;
    let available = caller.told(RecordingState::Available).await;
    let [file] = &available.files[..] else {
        panic!("one file: {available:?}");
    };
    assert_eq!(file.uri, format!("s3://{BUCKET}/calls/a~call.webm"));
    let object = store.object("calls/a~call.webm").await;
    let object = object.expect("it has arrived");
    assert_eq!(file.bytes, Some(object.len() as u64));
    assert_eq!(file.bytes, local.bytes);
    assert_eq!(file.sha256, sha256(&object));
    assert!(left(folder.path()).is_empty(), "{:?}", left(folder.path()));
    let (_, said) = service.terminate().await;
    let leaks = said.iter().any(|line| line.contains("hunter2"));
    assert!(!leaks, "{said:#?}");
}

#[tokio::test]
async fn a_store_that_is_down_is_tried_until_it_is_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = PortBlock::claim();
    let address = SocketAddr::from(([127, 0, 0, 1], ports.tcp(0)));
    let down = TcpListener::bind(address).await.expect("a port of ours");
    let keys = [
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
    ];
    let configure = |_: &Path| configuration(folder.path(), address, true, "");
    let service = Service::start(&[], &keys, configure).await;
    let mut caller = Caller::new(&service).await;
    let local = caller.records("call").await;
    // Two tries meet one that hangs up at once.
    for _ in 0..2 {
        let tried = timeout(PATIENCE, down.accept()).await.expect("it is tried");
        drop(tried.expect("a connection"));
    }
    drop(down);
    let Some(store) = Store::start(ports.tcp(0)).await else {
        return;
    };
    let available = caller.told(RecordingState::Available).await;
    let object = store.object("calls/call.webm").await;
    let kept = fs::read(folder.path().join("call.webm")).expect("it is kept");
    assert_eq!(object.as_ref(), Some(&kept));
    assert_eq!(available.files[0].bytes, local.bytes);
    assert_eq!(left(folder.path()), [folder.path().join("call.webm")]);
}

#[tokio::test]
async fn what_a_kill_has_cut_is_uploaded_after_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = PortBlock::claim();
    let address = SocketAddr::from(([127, 0, 0, 1], ports.tcp(0)));
    let keys = [
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
    ];
    let configure = |_: &Path| configuration(folder.path(), address, false, "max_uploads = 1");
    let mut service = Service::start(&[], &keys, configure).await;
    let mut caller = Caller::new(&service).await;
    caller.records("whole").await;
    caller.recorder(start("cut")).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    service.process.kill().await.expect("it runs");

    let cut = folder.path().join("cut.webm");
    fs::OpenOptions::new()
        .append(true)
        .open(&cut)
        .and_then(|file| {
            // As long as it would be after an hour.
            file.set_len(SOME_PARTS as u64)
        })
        .expect("it was begun");
    let cut = fs::read(cut).expect("it was begun");
    let whole = fs::read(folder.path().join("whole.webm")).expect("it was not uploaded yet");
    let Some(store) = Store::start(ports.tcp(0)).await else {
        return;
    };
    let mut service = Service::start(&[], &keys, configure).await;
    for _ in 0..2 {
        service.logs("a recording has been uploaded").await;
    }
    for (name, bytes) in [("cut.webm", cut), ("whole.webm", whole)] {
        let object = store.object(&format!("calls/{name}")).await;
        let object = object.expect("it has arrived");
        assert_eq!(sha256(&object), sha256(&bytes), "{name}");
    }
    let (_, said) = service.terminate().await;
    assert!(left(folder.path()).is_empty(), "{said:#?}");
}
