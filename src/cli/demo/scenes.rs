//! What the demo shows, one function for each part.

use std::time::{Duration, Instant};

use super::{
    Failure,
    api::Api,
    media::Sender::{self, Alice, Bob},
    peer::Peer,
    report::{Report, Shown, seconds},
};
use crate::proto::{Bridge, Echo, Listen, Play, Publish, RecordedFile, session_type::Kind};

/// Pictures that count as a stream: 0.6 s.
const SOME: u64 = 15;
/// How long is recorded.
const TAKE: Duration = Duration::from_millis(1500);
/// A new picture must be there by then after a switch.
const SWITCH: Duration = Duration::from_secs(1);
/// How long the played file may take beyond its own length.
const SLACK: Duration = Duration::from_secs(5);

/// Creates a session for a client that sends, and waits until its media is connected.
async fn joins(
    api: &Api<'_>,
    report: &mut Report<'_>,
    id: &'static str,
    who: (&'static str, Option<Sender>),
    kind: Kind,
) -> Result<Peer, Failure> {
    let mut peer = Peer::offer(who.0, who.1).await?;
    let answer = api.create(id, kind, Some(&peer.description)).await?;
    peer.accept(&answer)?;
    connects(report, &peer, who.0).await?;
    Ok(peer)
}

async fn connects(report: &mut Report<'_>, peer: &Peer, name: &str) -> Result<(), Failure> {
    let took = peer.connects().await?;
    report.tell(&format!("{name} is connected after {}", millis(took)));
    Ok(())
}

/// One client, its media sent back.
pub(super) async fn echo(api: &Api<'_>, report: &mut Report<'_>) -> Shown<()> {
    let alice = ("Alice", Some(Alice));
    let alice = joins(api, report, "demo-echo", alice, Kind::Echo(Echo {})).await?;
    let seen = alice.sees(Alice, SOME).await?;
    Ok((format!("Alice got {}", seen.of(Alice, "her own")), ()))
}

/// A caller who waits on the server, and the one who is joined with her.
pub(super) async fn bridge(api: &Api<'_>, report: &mut Report<'_>) -> Shown<()> {
    let mut alice = Peer::offer("Alice", Some(Alice)).await?;
    api.create_proxy("demo-alice", &alice.description).await?;
    report.tell("Alice calls: her session waits for somebody to be joined with");
    let peer_id = "demo-alice".to_owned();
    let kind = Kind::Bridge(Bridge { peer_id });
    let mut bob = Peer::offer("Bob", Some(Bob)).await?;
    let answer = api.create("demo-bob", kind, Some(&bob.description)).await?;
    bob.accept(&answer)?;
    alice.accept(&api.answer("demo-alice").await?)?;
    connects(report, &alice, "Alice").await?;
    connects(report, &bob, "Bob").await?;
    let (to_alice, to_bob) = tokio::try_join!(alice.sees(Bob, SOME), bob.sees(Alice, SOME))?;
    let words = format!(
        "Alice got {}; Bob got {}",
        to_alice.of(Bob, "Bob"),
        to_bob.of(Alice, "Alice")
    );
    Ok((words, ()))
}

/// Two publishers and two listeners in a room, one of which is moved from one publisher to the other.
pub(super) async fn room(api: &Api<'_>, report: &mut Report<'_>) -> Shown<()> {
    let alice = ("Alice", Some(Alice));
    let _alice = joins(api, report, "demo-alice-in", alice, publish()).await?;
    let bob = ("Bob", Some(Bob));
    let _bob = joins(api, report, "demo-bob-in", bob, publish()).await?;
    let carol = listens(api, report, "demo-carol", "Carol").await?;
    let dave = listens(api, report, "demo-dave", "Dave").await?;
    let (to_carol, to_dave) = tokio::try_join!(carol.sees(Alice, SOME), dave.sees(Alice, SOME))?;
    report.tell(&format!("Carol got {}", to_carol.of(Alice, "Alice")));
    report.tell(&format!("Dave got {}", to_dave.of(Alice, "Alice")));

    let switched = Instant::now();
    api.set_type("demo-carol", listen("demo-bob-in")).await?;
    let to_carol = carol.sees(Bob, SOME).await?;
    let first = to_carol.first_picture(Bob).unwrap_or(switched);
    let took = first.saturating_duration_since(switched);
    if took > SWITCH {
        let words = format!("Carol saw Bob only {} after the switch", millis(took));
        return Err(Failure::new(words));
    }
    if dave.seen().pictures(Bob) > 0 {
        return Err(Failure::new("Dave got Bob, whom he did not ask for"));
    }
    let words = format!(
        "both listeners got Alice; Carol saw Bob {} after she was moved to him, without a new offer",
        millis(took)
    );
    Ok((words, ()))
}

/// A client that listens to Alice; the server makes the offer.
async fn listens(
    api: &Api<'_>,
    report: &mut Report<'_>,
    id: &'static str,
    name: &'static str,
) -> Result<Peer, Failure> {
    let offer = api.create(id, listen("demo-alice-in"), None).await?;
    let peer = Peer::answer(name, &offer).await?;
    api.set_answer(id, &peer.description).await?;
    connects(report, &peer, name).await?;
    Ok(peer)
}

/// An echo that is recorded; the file.
pub(super) async fn record(api: &Api<'_>, report: &mut Report<'_>) -> Shown<RecordedFile> {
    let id = "demo-record";
    let alice = ("Alice", Some(Alice));
    let alice = joins(api, report, id, alice, Kind::Echo(Echo {})).await?;
    alice.sees(Alice, 1).await?;
    api.start_recording(id).await?;
    report.tell(&format!("recording for {}", seconds(TAKE)));
    tokio::time::sleep(TAKE).await;
    let file = api.stop_recording(id).await?;
    let on_disk = size_of_file(&file)?;
    if file.bytes != Some(on_disk) {
        let words = format!("{:?} bytes were told, {on_disk} are there", file.bytes);
        return Err(Failure::new(words));
    }
    let length = length(&file);
    if length.abs_diff(TAKE) > TAKE / 5 {
        let words = format!("{} were recorded as {}", seconds(TAKE), seconds(length));
        return Err(Failure::new(words));
    }
    report.tell(&format!("wrote {}", file.uri));
    let words = format!(
        "a {} file of {on_disk} bytes, {} long",
        file.format,
        seconds(length)
    );
    Ok((words, file))
}

/// The recorded file, played once to a client that only receives.
pub(super) async fn play(api: &Api<'_>, report: &mut Report<'_>, file: &RecordedFile) -> Shown<()> {
    let kind = Kind::Play(Play {
        uri: file.uri.clone(),
        loops: None,
    });
    let carol = joins(api, report, "demo-play", ("Carol", None), kind).await?;
    let played = length(file);
    api.player_ends("demo-play", played + SLACK).await?;
    report.tell("the player has come to the end of the file");
    // A picture takes 40 ms, and what came before the first keyframe was not recorded.
    let most = u64::try_from(played.as_millis()).unwrap_or(u64::MAX) / 40;
    let seen = carol.sees(Alice, most / 2).await?;
    let words = format!("Carol got {}, as recorded", seen.of(Alice, "Alice"));
    Ok((words, ()))
}

fn publish() -> Kind {
    Kind::Publish(Publish {
        room_id: "demo".to_owned(),
        create_room: true,
        room_options: None,
    })
}

fn listen(publisher: &str) -> Kind {
    let publisher_id = publisher.to_owned();
    Kind::Listen(Listen { publisher_id })
}

fn length(file: &RecordedFile) -> Duration {
    let told = file.duration.unwrap_or_default();
    told.try_into().unwrap_or_default()
}

fn size_of_file(file: &RecordedFile) -> Result<u64, Failure> {
    let missing = |error: &dyn std::fmt::Display| {
        Failure::new(format!("the recording {} is not there: {error}", file.uri))
    };
    let url = url::Url::parse(&file.uri).map_err(|error| missing(&error))?;
    let path = url.to_file_path();
    let path = path.map_err(|()| missing(&"it is no file of this machine"))?;
    let about = path.metadata().map_err(|error| missing(&error))?;
    Ok(about.len())
}

fn millis(span: Duration) -> String {
    format!("{} ms", span.as_millis())
}
