//! A recording whose program is killed in the middle of it.

mod support;

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use mediaplane::proto::{
    CreateSessionRequest, Echo, RecorderActionRequest, SessionDescription, SessionType,
    create_session_response::Description,
    recorder_action_request::{Action, Start},
    session_service_client::SessionServiceClient,
    session_type::Kind as Type,
};
use serde_json::Value;
use support::{
    ffprobe,
    media::Kind,
    network::media_address,
    peer::{Options, Peer},
    received::Receives as _,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};
use tonic::transport::Channel;

const PATIENCE: Duration = Duration::from_secs(30);

/// What a crash may cost.
const LOST: Duration = Duration::from_secs(1);

async fn started(folder: &Path) -> (Child, SessionServiceClient<Channel>) {
    let config = folder.join("mediaplane.toml");
    let text = format!(
        "[[backend]]\nkind = 'embedded'\nlisten = ['{}:0']\ntcp = false\nrecord.folder = '{}'\n",
        media_address(),
        folder.display(),
    );
    std::fs::write(&config, text).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_mediaplane"))
        .args(["serve", "--config"])
        .arg(&config)
        .env("MEDIAPLANE_GRPC_LISTEN", "127.0.0.1:0")
        .env("MEDIAPLANE_HTTP_LISTEN", "127.0.0.1:0")
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(program.stderr.take().expect("piped")).lines();
    let serving = async {
        loop {
            let line = lines.next_line().await.expect("text");
            let line: Value =
                serde_json::from_str(&line.expect("the program goes on")).expect("JSON");
            if line["message"] == "serving" {
                return line["grpc"].as_str().expect("an address").to_owned();
            }
        }
    };
    let address = timeout(PATIENCE, serving).await.expect("it serves in time");
    // What else it logs must not fill the pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let client = SessionServiceClient::connect(format!("http://{address}")).await;
    (program, client.expect("it accepts connections"))
}

#[tokio::test]
async fn a_recording_can_be_read_whose_program_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut program, mut client) = started(folder.path()).await;
    let peer = Peer::offer(Options::new(media_address(), 7).audio().video()).await;
    let created = client.create_session(CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(Type::Echo(Echo {})),
        }),
        offer: Some(SessionDescription {
            sdp: peer.description().to_owned(),
            ..SessionDescription::default()
        }),
        wait_reply: true,
        ..CreateSessionRequest::default()
    });
    let created = created.await.expect("an echo").into_inner();
    let Some(Description::Answer(answer)) = created.description else {
        panic!("an answer was asked for");
    };
    peer.accept_answer(&answer.sdp).await;
    peer.receives(Kind::Audio, 7, 5).await;
    peer.receives(Kind::Video, 7, 5).await;
    let start = client.recorder_action(RecorderActionRequest {
        session_id: created.session_id,
        action: Some(Action::Start(Start::default())),
    });
    let recording = start.await.expect("it is recorded").into_inner().recording;
    let file = recording.expect("a recording").files.remove(0);
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let ran = begun.elapsed();
    program.start_kill().expect("it runs");
    program.wait().await.expect("it has ended");

    let path = file.uri.strip_prefix("file://").expect("a file");
    let Some(probed) = ffprobe::probe(path).await else {
        return;
    };
    assert_eq!(probed.codecs(), ["opus", "vp8"]);
    // Without the index the length is that of what is there: count the packets of 20 ms.
    let sound = Duration::from_millis(20 * probed.streams[0].packets);
    assert!(
        sound + LOST >= ran,
        "{sound:?} of {ran:?} are left: {probed:#?}"
    );
    assert!(probed.streams[1].packets > 20, "{probed:#?}");
}
