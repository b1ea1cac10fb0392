//! Frames recorded from Janus 1.1.2, read as the driver reads them.

use super::{
    admin::AdminReply,
    incoming::{self, Answer, HandleEvent, Incoming, Reply},
    nosip,
    videocall::Said,
    *,
};
use crate::media::{MediaKind, SdpType};

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../tests/fixtures/janus-1.1.2/",
            $name,
            ".jsonl"
        ))
    };
}

fn read(frames: &str) -> Vec<Incoming> {
    let read = |line| incoming::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    frames.lines().map(read).collect()
}

/// What came for a transaction, in order.
fn replies(frames: &[Incoming], of: &str) -> Vec<Reply> {
    frames
        .iter()
        .filter_map(|frame| match frame {
            Incoming::Reply { transaction, reply } if transaction == of => Some(reply.clone()),
            _ => None,
        })
        .collect()
}

fn events(frames: Vec<Incoming>) -> Vec<HandleEvent> {
    frames
        .into_iter()
        .filter_map(|frame| match frame {
            Incoming::Event { event, .. } => Some(event),
            _ => None,
        })
        .collect()
}

fn answers(replies: &[Reply]) -> Vec<Answer> {
    replies
        .iter()
        .filter_map(|reply| match reply {
            Reply::Plugin(answer) => Some(answer.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn core_requests_have_one_reply_each() {
    let frames = read(recorded!("echo"));
    let [Reply::Info(server)] = &replies(&frames, "t1")[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(server.version, "1.1.2");
    assert_eq!(
        (server.session_timeout, server.reclaim_session_timeout),
        (60, 30)
    );
    assert_eq!(replies(&frames, "t2"), [Reply::Done { id: None }], "pong");
    let created = Reply::Done {
        id: Some(3_710_225_475_298_975),
    };
    assert_eq!(replies(&frames, "t3"), [created]);
    assert_eq!(replies(&frames, "t12"), [Reply::Ack], "keepalive");
}

#[test]
fn the_answer_comes_before_or_after_its_ack() {
    let frames = read(recorded!("echo"));
    let is_ack: Vec<_> = ["t6", "t7"]
        .map(|transaction| replies(&frames, transaction))
        .iter()
        .map(|replies| {
            replies
                .iter()
                .map(|reply| *reply == Reply::Ack)
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(is_ack, [[true, false], [false, true]]);
}

#[test]
fn an_echo_tells_of_its_life() {
    let told: Vec<_> = events(read(recorded!("echo")))
        .into_iter()
        .filter(|event| !matches!(event, HandleEvent::SlowLink { .. }))
        .collect();
    let media = |mid: &str, kind| HandleEvent::Media {
        mid: Some(mid.into()),
        kind: Some(kind),
        receiving: true,
    };
    let reason = "Janus API".to_owned();
    let [
        up,
        audio,
        video,
        HandleEvent::Plugin(done),
        hangup,
        detached,
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(*up, HandleEvent::WebrtcUp);
    assert_eq!(
        (audio, video),
        (&media("0", MediaKind::Audio), &media("1", MediaKind::Video))
    );
    assert_eq!(done.data["result"], "done");
    assert_eq!(*hangup, HandleEvent::Hangup { reason });
    assert_eq!(*detached, HandleEvent::Detached);
}

#[test]
fn slow_links_are_counted() {
    let events = events(read(recorded!("echo")));
    assert!(events.contains(&HandleEvent::SlowLink {
        mid: Some("0".into()),
        uplink: true,
        lost: 225,
    }));
}

#[test]
fn a_call_is_told_to_both_sides() {
    let frames = read(recorded!("videocall"));
    let [calling] = &answers(&replies(&frames, "t7"))[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(Said::read(calling), Ok(Said::Calling));
    let said: Vec<_> = events(frames)
        .into_iter()
        .filter_map(|event| match event {
            HandleEvent::Plugin(answer) => Some((
                Said::read(&answer).expect("videocall"),
                answer.jsep.is_some(),
            )),
            _ => None,
        })
        .collect();
    let hangup = |reason: &str| {
        let reason = reason.to_owned();
        (Said::Hangup { reason }, false)
    };
    assert_eq!(
        said,
        [
            (Said::Incomingcall, true),
            (Said::Accepted, true),
            hangup("bye"),
            hangup("Remote WebRTC hangup"),
            hangup("Remote WebRTC hangup"),
        ]
    );
}

#[test]
fn a_busy_name_is_no_error_code() {
    let frames = read(recorded!("videocall-refused"));
    let [busy] = &answers(&replies(&frames, "t23"))[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(busy.refusal(Plugin::Videocall), None);
    let said = Said::read(busy).expect("videocall");
    let error = said.unexpected("the call to go out");
    assert!(error.to_string().contains("User busy"), "{error}");
}

#[test]
fn a_plugin_refuses_by_its_own_numbers() {
    let frames = read(recorded!("videocall-refused"));
    let refusals = |transaction| -> Vec<Error> {
        answers(&replies(&frames, transaction))
            .iter()
            .filter_map(|answer| answer.refusal(Plugin::Videocall))
            .collect()
    };
    let reason = "Username 'nobody' doesn't exist".to_owned();
    assert_eq!(
        refusals("t18"),
        [Error::Plugin {
            plugin: Plugin::Videocall,
            code: 478,
            reason,
        }]
    );
}

#[test]
fn the_core_refuses_with_or_without_a_transaction() {
    let frames = read(recorded!("core-errors"));
    let unnamed: Vec<u32> = frames
        .iter()
        .filter_map(|frame| match frame {
            Incoming::Refused { code, .. } => Some(*code),
            _ => None,
        })
        .collect();
    assert_eq!(unnamed, [454, 456, 467]);
    let [Reply::Refused { code, reason }] = &replies(&frames, "ws3-t2")[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(
        (*code, reason.as_str()),
        (incoming::NO_SESSION, "No such session 12345")
    );
    assert_eq!(
        replies(&frames, "c2"),
        [Reply::Refused {
            code: incoming::SESSION_IN_USE,
            reason: "Session ID already in use".into(),
        }]
    );
    let timeout = Incoming::TimedOut {
        session: 163_929_998_734_515,
    };
    assert_eq!(frames.last(), Some(&timeout));
}

#[test]
fn the_gateway_makes_an_rtp_description() {
    let frames = read(recorded!("nosip"));
    let [refused] = &answers(&replies(&frames, "t3"))[..] else {
        panic!("{frames:?}");
    };
    let refusal = refused
        .refusal(Plugin::Nosip)
        .expect("data channels are refused");
    assert!(refusal.to_string().contains("446"), "{refusal}");
    let spoiled = &replies(&frames, "t4")[..];
    assert!(
        matches!(spoiled, [Reply::Refused { code: 490, .. }]),
        "{spoiled:?}"
    );
    let [made] = &answers(&replies(&frames, "t7"))[..] else {
        panic!("{frames:?}");
    };
    let description = nosip::generated(made).expect("a description");
    assert_eq!(description.sdp_type, SdpType::Rtp);
    let [processed] = &answers(&replies(&frames, "t8"))[..] else {
        panic!("{frames:?}");
    };
    assert!(
        nosip::generated(processed).is_err(),
        "it has none in its data"
    );
    let answer = processed
        .clone()
        .description(Plugin::Nosip)
        .expect("one beside it");
    assert_eq!(answer.sdp_type, SdpType::Webrtc);
}

#[test]
fn the_admin_api_lists_and_tells() {
    let replies: Vec<_> = recorded!("admin")
        .lines()
        .map(|line| {
            let line = line.replace(r#""transaction":"t"#, r#""transaction":""#);
            AdminReply::read(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
        })
        .collect();
    let find = |key| {
        replies
            .iter()
            .find(|reply| reply.0 == key)
            .expect("recorded")
            .1
            .clone()
    };
    assert!(find(1).accepted("list_sessions").is_err(), "a wrong secret");
    assert_eq!(find(5).sessions, [878_118_467_624_615]);
    assert_eq!(find(6).handles, [2_591_275_709_414_996]);
    let info = find(7).info.expect("a handle");
    assert_eq!(info.opaque_id.as_deref(), Some("mp-42"));
    assert!(info.is_ready() && info.has_connection());
    assert_eq!(info.plugin_specific["audio_active"], true);
    let gone = find(21)
        .accepted("destroy_session")
        .expect_err("it is gone");
    assert!(gone.is_gone());
}

#[test]
fn what_janus_does_not_write_is_refused() {
    for bad in [
        "",
        "[]",
        "{}",
        r#"{"janus":"event"}"#,
        r#"{"janus":"error","transaction":"1"}"#,
    ] {
        assert!(
            matches!(incoming::read(bad), Err(Error::Malformed(_))),
            "{bad}"
        );
    }
}
