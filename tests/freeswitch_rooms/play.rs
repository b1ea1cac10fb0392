//! Files that are played into a conference.

use std::{f64::consts::TAU, path::Path};

use mediaplane::{Reason, media::RoomAction};
use url::Url;

use crate::{
    party::{joins, mcu, room},
    subjects::Subject,
    support::aiortc::Aiortc,
};

/// The tag of what the file plays, and its tone: nobody here sends that.
const FILE: (u8, f64) = (4, 1100.0);
const RATE: u32 = 8000;

/// A WAV file of some seconds with the tone of a tag.
fn tone(path: &Path, seconds: u32) {
    let samples = (0..RATE * seconds).flat_map(|at| {
        let angle = TAU * FILE.1 * f64::from(at) / f64::from(RATE);
        // It fits: a sine is at most 1.
        ((angle.sin() * 8000.0) as i16).to_le_bytes()
    });
    let data: Vec<u8> = samples.collect();
    let size = u32::try_from(data.len()).expect("a file is short");
    let mut file = b"RIFF".to_vec();
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00");
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend(b"\x02\x00\x10\x00data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    std::fs::write(path, file).expect("written");
}

fn play(path: &Path) -> RoomAction {
    let uri = Url::from_file_path(path).expect("it is absolute");
    RoomAction::Play {
        uri: Some(uri.as_str().into()),
    }
}

#[tokio::test]
async fn a_file_is_heard_by_all_until_it_is_stopped() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    one.hears(&[2]).await;
    two.hears(&[1]).await;
    let long = subject.server.media.join("long.wav");
    tone(&long, 60);
    // Nothing is played, so there is nothing to stop.
    one.does(RoomAction::Play { uri: None }).await;
    one.does(play(&long)).await;
    one.hears(&[2, FILE.0]).await;
    two.hears(&[1, FILE.0]).await;
    two.does(RoomAction::Play { uri: None }).await;
    one.hears(&[2]).await;
    two.hears(&[1]).await;
    // One that ends by itself can be played again.
    let short = subject.server.media.join("short.wav");
    tone(&short, 2);
    for _ in 0..2 {
        one.does(play(&short)).await;
        two.hears(&[1, FILE.0]).await;
        two.hears(&[1]).await;
    }
    // What is played anew takes the place of what was.
    one.does(play(&long)).await;
    two.hears(&[1, FILE.0]).await;
    one.does(play(&short)).await;
    two.hears(&[1]).await;
    drop((one, two));
    subject.end().await;
}

#[tokio::test]
async fn what_cannot_be_played_is_refused() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let media = &subject.server.media;
    let garbage = media.join("garbage.wav");
    std::fs::write(&garbage, "no sound at all").expect("written");
    for path in [
        &media.join("missing.wav"),
        &garbage,
        media,
        Path::new("/etc/passwd"),
        &media.join("../x.wav"),
    ] {
        let refused = one.acts(play(path)).await;
        let refused = refused.expect_err("it cannot be played");
        assert_eq!(refused.reason(), Reason::InvalidUri, "{path:?}: {refused}");
    }
    drop(one);
    subject.end().await;
}
