//! Peers with a transport for each m-section.

use std::time::Duration;

use serde_json::Value;

use crate::support::media::Kind;
use crate::support::network::media_address;
use crate::support::peer::{Options, Peer};
use crate::support::received::Receives;
use crate::support::sdp::{Candidate, MediaLine, media_lines};

fn unbundled(tag: u8) -> Options {
    Options::new(media_address(), tag).unbundled()
}

/// What tells the transport of an m-line.
fn transport(line: &MediaLine) -> Vec<&String> {
    let names = ["candidate:", "ice-ufrag:", "fingerprint:", "mid:"];
    let attributes = line.attributes.iter();
    let transport: Vec<_> = attributes
        .filter(|attribute| names.iter().any(|name| attribute.starts_with(name)))
        .collect();
    assert_eq!(transport.len(), names.len(), "{line:#?}");
    transport
}

#[tokio::test]
async fn sections_that_are_not_bundled_look_like_one_connection() {
    let one = Peer::offer(unbundled(1).audio().video().data()).await;
    let two = Peer::answer(unbundled(2), one.description()).await;
    for sdp in [one.description(), two.description()] {
        assert!(!sdp.contains("a=group"), "{sdp}");
        assert_eq!(sdp.matches("v=0").count(), 1, "{sdp}");
        let lines = media_lines(sdp);
        assert_eq!(lines.len(), 3, "{sdp}");
        for (line, other) in [(0, 1), (1, 2), (2, 0)] {
            let (line, other) = (&lines[line], &lines[other]);
            assert_eq!(line.address, Some(media_address()), "{sdp}");
            assert_ne!(line.port, other.port, "{sdp}");
            let shared = transport(line);
            assert!(
                shared.iter().all(|own| !transport(other).contains(own)),
                "{sdp}"
            );
        }
    }
    one.accept_answer(two.description()).await;
    tokio::join!(one.connected(), two.connected());
    tokio::join!(
        one.receives(Kind::Audio, 2, 10),
        two.receives(Kind::Audio, 1, 10),
        one.receives(Kind::Video, 2, 10),
        two.receives(Kind::Video, 1, 10)
    );
    one.is_continuous().await;

    one.send_text("from one").await;
    two.receives_text(|text| text == "from one").await;
    tokio::join!(one.asked_for_keyframes(1), two.request_keyframe());
    two.send_remb(300_000).await;
    one.remb(|bitrate| bitrate == 300_000).await;
    two.set_sending(Kind::Video, false).await;
    one.stops_receiving(Kind::Video).await;
    one.receives(Kind::Audio, 2, 5).await;
    assert!(one.state().packets_sent > 20, "{:#?}", one.state());
    two.close().await;
    one.closed().await;
}

/// The description as a server writes it that says no more than it has to: neither names nor directions.
fn terse(sdp: &str) -> String {
    let kept = sdp
        .lines()
        .filter(|line| !line.starts_with("a=mid:") && *line != "a=sendrecv");
    kept.map(|line| format!("{line}\r\n")).collect()
}

#[tokio::test]
async fn a_refused_section_leaves_the_others_alone() {
    let one = Peer::offer(unbundled(1).audio().video()).await;
    let port = media_lines(one.description())[1].port;
    let offer = one
        .description()
        .replace(&format!("m=video {port} "), "m=video 0 ");
    let two = Peer::answer(unbundled(2).video(), &offer).await;
    let refused = &media_lines(two.description())[1];
    assert_eq!((refused.media.as_str(), refused.port), ("video", 0));
    assert!(!one.state().connected);
    one.accept_answer(&terse(two.description())).await;
    tokio::join!(one.connected(), two.connected());
    tokio::join!(
        one.receives(Kind::Audio, 2, 10),
        two.receives(Kind::Audio, 1, 10)
    );
    one.request_keyframe().await;
    two.receives_nothing(Kind::Video, Duration::from_millis(200))
        .await;
    one.close().await;
    two.closed().await;
}

#[tokio::test]
async fn candidates_find_the_section_that_they_are_of() {
    let one = Peer::offer(unbundled(1).audio().video().trickle()).await;
    assert!(
        !one.description().contains("a=candidate"),
        "{}",
        one.description()
    );
    let two = Peer::answer(unbundled(2).trickle(), one.description()).await;
    one.accept_answer(two.description()).await;
    for candidate in one.candidates() {
        two.add_candidate_of(candidate).await;
    }
    for candidate in two.candidates() {
        let unnamed = Candidate {
            sdp_mid: String::new(),
            ..candidate.clone()
        };
        one.add_candidate_of(&unnamed).await;
    }
    tokio::join!(one.connected(), two.connected());
    tokio::join!(
        one.receives(Kind::Video, 2, 5),
        two.receives(Kind::Audio, 1, 5)
    );
}

#[tokio::test]
async fn an_offer_of_freeswitch_can_be_answered() {
    let recorded = std::fs::read_to_string("tests/fixtures/freeswitch-1.10.12/webrtc-out.jsonl");
    let frames = recorded.expect("the recording is there");
    let frames = frames.lines().map(|line| {
        let frame: Value = serde_json::from_str(line).expect("a recorded frame");
        frame[1].as_str().unwrap_or_default().to_owned()
    });
    let invite = frames
        .into_iter()
        .find(|frame| frame.contains("a=ice-ufrag:"))
        .expect("an offer was recorded");
    let (_, offer) = invite.split_once("\r\n\r\n").expect("it has a body");
    let peer = Peer::answer(unbundled(1), offer).await;
    let lines = media_lines(peer.description());
    let media: Vec<_> = lines
        .iter()
        .map(|line| (line.media.as_str(), line.protocol.as_str(), line.mid()))
        .collect();
    assert_eq!(
        media,
        [
            ("audio", "RTP/SAVPF", Some("0")),
            ("video", "RTP/SAVPF", Some("1"))
        ]
    );
    for (line, format) in lines.iter().zip([(102, "opus"), (103, "VP8")]) {
        assert_eq!(line.address, Some(media_address()));
        assert!(
            line.formats.contains(&(format.0, format.1.to_owned())),
            "{line:#?}"
        );
    }
}
