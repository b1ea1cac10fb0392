//! A recording whose program is killed in the middle of it.

#[path = "drivers/program.rs"]
mod program;
mod support;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use mediaplane::proto::{
    RecorderActionRequest,
    recorder_action_request::{Action, Start},
};
use support::{
    ffprobe,
    media::Kind,
    network::media_address,
    peer::{Options, Peer},
    received::Receives as _,
    service::Service,
};

/// What a crash may cost.
const LOST: Duration = Duration::from_secs(1);

fn configuration(folder: &Path) -> String {
    format!(
        "[[backend]]\nkind = 'embedded'\nlisten = ['{}:0']\ntcp = false\nrecord.folder = '{}'\n",
        media_address(),
        folder.display(),
    )
}

#[tokio::test]
async fn a_recording_can_be_read_whose_program_was_killed() {
    let mut service = Service::start(&[], &[], configuration).await;
    let mut client = program::client(&service).await;
    let peer = Peer::offer(Options::new(media_address(), 7).audio().video()).await;
    let session_id = program::create(&mut client, program::echo(&peer), &peer).await;
    peer.receives(Kind::Audio, 7, 5).await;
    peer.receives(Kind::Video, 7, 5).await;
    let start = client.recorder_action(RecorderActionRequest {
        session_id,
        action: Some(Action::Start(Start::default())),
    });
    let recording = start.await.expect("it is recorded").into_inner().recording;
    let file = recording.expect("a recording").files.remove(0);
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let ran = begun.elapsed();
    service.process.kill().await.expect("it runs");

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
