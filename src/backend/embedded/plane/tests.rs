//! Whose a datagram is, and what a room says of media.

use std::net::Ipv4Addr;

use str0m::ice::{StunMessage, TransId};

use super::{
    addressing::{GENERATION, MAX_ADDRESSES},
    *,
};
use crate::{
    backend::LegEvents,
    media::{Codec, MediaKind, MediaUpdate},
};

/// Shards that there are.
const SHARDS: u8 = 2;

fn plane() -> Plane {
    Plane::new(0, SHARDS, Arc::new(Config::default()))
}

fn client(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn setup(leg: LegId) -> Setup {
    let crypto = str0m::crypto::from_feature_flags();
    let certificate = crypto.dtls_provider.generate_certificate();
    Setup {
        credentials: credentials(leg.shard()),
        addresses: [client(9)].into(),
        certificate: Arc::new(certificate.expect("a certificate")),
        ice_lite: false,
        tcp: false,
        layered: Arc::default(),
        codecs: Codec::ALL.to_vec(),
    }
}

/// A leg that has offered; the name that it has in connectivity checks.
fn opened(plane: &mut Plane, number: u64) -> (LegId, String) {
    let id = LegId::new(number, plane.number);
    let setup = setup(id);
    let opening = Opening {
        id,
        events: LegEvents::new(8).0,
        media: MediaUpdate::default(),
        up: tokio::sync::watch::Sender::new(false),
    };
    let wanted = Wanted {
        audio: 1,
        video: 0,
        data: false,
    };
    plane
        .open_webrtc(Instant::now(), opening, &setup, Given::Nothing(wanted))
        .expect("it can be offered");
    (id, setup.credentials.ufrag)
}

/// A binding message (RFC 8489, section 5): a request to this name, or a success that has none.
fn stun(name: Option<&str>) -> Vec<u8> {
    let username = name.map(|name| format!("{name}:theirs"));
    let message = match &username {
        Some(username) => StunMessage::binding_request(username, TransId::new(), true, 1, 1, false),
        None => StunMessage::binding_reply(TransId::new(), client(9)),
    };
    let mut bytes = vec![0; 256];
    // Who it is from is looked at before whether it is signed.
    let length = message.to_bytes(Some(b"a password"), &mut bytes, |_, _| [0; 20]);
    bytes.truncate(length.expect("there is room for it"));
    bytes
}

fn forwarded(plane: &mut Plane) -> Vec<u8> {
    plane.messages().map(|(shard, _)| shard).collect()
}

#[test]
fn a_check_goes_to_the_shard_in_its_name_if_there_is_one() {
    let mut plane = plane();
    let now = Instant::now();
    plane.receive(now, 0, client(1), &stun(Some("01abcdefgh")));
    assert_eq!(forwarded(&mut plane), [1]);
    for nobody in ["02abcdefgh", "7fabcdefgh", "feabcdefgh", "ffabcdefgh", "zz"] {
        plane.receive(now, 0, client(2), &stun(Some(nobody)));
        assert!(forwarded(&mut plane).is_empty(), "{nobody}");
    }
    plane.receive(now, 0, client(2), &[128; 40]);
    assert!(
        forwarded(&mut plane).is_empty(),
        "nothing is known of this one"
    );
    plane.receive(now, 0, client(1), &[128; 40]);
    assert_eq!(
        forwarded(&mut plane),
        [1],
        "what follows a check goes its way"
    );
}

#[test]
fn what_was_sent_on_is_not_sent_on_again() {
    let mut plane = plane();
    let lost = Across::Datagram {
        socket: 0,
        source: client(1),
        bytes: stun(Some("01abcdefgh")).into(),
    };
    plane.across(Instant::now(), lost);
    assert!(forwarded(&mut plane).is_empty());
}

#[test]
fn addresses_of_one_client_are_bounded() {
    let mut plane = plane();
    let (id, name) = opened(&mut plane, 1);
    for port in 1..1000 {
        plane.receive(Instant::now(), 0, client(port), &stun(Some(&name)));
    }
    assert_eq!(plane.clients.len(), MAX_ADDRESSES);
    assert_eq!(plane.clients.get(&(0, client(999))), Some(&id));
    plane.close(Instant::now(), id);
    assert!(plane.clients.is_empty());
    assert!(plane.names.is_empty());
}

#[test]
fn clients_of_other_shards_are_forgotten_when_nothing_comes_from_them() {
    let mut plane = plane();
    let now = Instant::now();
    let from = |number: usize| {
        let [_, high, middle, low] = u32::try_from(number).expect("it is small").to_be_bytes();
        SocketAddr::from(([10, high, middle, low], 1))
    };
    let check = stun(Some("01abcdefgh"));
    for number in 0..5 * GENERATION {
        plane.receive(now, 0, from(number), &check);
        if number % (GENERATION / 2) == 0 {
            forwarded(&mut plane);
            plane.receive(now, 0, from(0), &[128; 40]);
            assert_eq!(forwarded(&mut plane), [1], "{number}");
        }
    }
    assert!(plane.elsewhere.len() <= 2 * GENERATION);
    forwarded(&mut plane);
    plane.receive(now, 0, from(1), &[128; 40]);
    assert!(forwarded(&mut plane).is_empty());
}

#[test]
fn an_unnamed_reply_finds_the_leg_whose_client_is_there() {
    let mut plane = plane();
    let (first, _) = opened(&mut plane, 1);
    let (second, _) = opened(&mut plane, 2);
    let now = Instant::now();
    for (leg, port) in [(first, 50_000), (second, 50_001)] {
        let line = format!("candidate:1 1 udp 2122260223 127.0.0.1 {port} typ host");
        plane.add_candidate(now, leg, &line).expect("it is there");
    }
    plane.receive(now, 0, client(50_001), &stun(None));
    plane.receive(now, 0, client(50_002), &stun(None));
    assert_eq!(
        plane.clients,
        HashMap::from([((0, client(50_001)), second)])
    );
    plane.close(now, second);
    assert_eq!(plane.remotes, HashMap::from([(client(50_000), first)]));
}

#[test]
fn listeners_elsewhere_that_are_counted_too_late_leave_nothing() {
    let mut plane = plane();
    let (id, _) = opened(&mut plane, 1);
    plane.count(id.into(), 1, -1);
    plane.close(Instant::now(), id);
    plane.count(id.into(), 1, 1);
    assert!(plane.sources.is_empty());
}

#[test]
fn a_room_changes_only_what_it_names() {
    let mut plane = plane();
    let (id, _) = opened(&mut plane, 1);
    let now = Instant::now();
    let silent = |plane: &Plane| {
        let kinds = [MediaKind::Audio, MediaKind::Video];
        kinds.map(|kind| plane.legs[&id].mutes.silences(kind))
    };
    let mute = |audio, video| {
        Some(MediaUpdate {
            mute_audio: audio,
            mute_video: video,
            ..MediaUpdate::default()
        })
    };
    plane.set_room_media(now, id, mute(None, Some(true)));
    plane.set_room_media(now, id, mute(Some(true), None));
    assert_eq!(silent(&plane), [true, true]);
    plane.set_room_media(now, id, mute(None, Some(false)));
    assert_eq!(silent(&plane), [true, false]);
    plane.set_room_media(now, id, None);
    assert_eq!(silent(&plane), [false, false]);
}
