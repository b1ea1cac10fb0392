//! What runs on each call: derived from what sessions are, and changed on the server where it is something else.
//!
//! A call that waits for its client to connect runs nothing yet; what it is to run is begun when it is up. Whatever ends
//! by itself is followed by the server's park, which is how the end of an application, or of a bridge, shows.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time};

use super::{
    command::{App, Call, Command, Conference, Word},
    error::Error,
    keeper,
    place::Place,
    server::Server,
};
use crate::media::{MediaUpdate, SessionType};

/// How long the server may say nothing of what was ordered until it is asked.
const DOUBT: Duration = Duration::from_millis(500);

/// What runs on a call, as the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// Nothing yet.
    Nothing,
    /// Something else was ordered.
    Changes(Order),
    Park,
    Echo,
    Bridge(Call),
    Conference(Word),
    Playback,
    /// The call has ended.
    Ended,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// To run nothing.
    Park,
    /// To run something, which has not begun: a park that is told now is one of before.
    Given,
    /// … which has begun, so that a park says that it is over.
    Begun,
}

impl Runs {
    /// Whether it is not known yet what comes of an order.
    pub(super) const fn changes(&self) -> bool {
        matches!(self, Self::Changes(_))
    }
}

/// What is to run on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    App(App),
    Bridge(Call),
}

impl Wanted {
    fn is(&self, runs: &Runs) -> bool {
        match (self, runs) {
            (Self::App(App::Park), Runs::Park)
            | (Self::App(App::Echo), Runs::Echo)
            | (Self::App(App::Playback(_)), Runs::Playback) => true,
            (Self::App(App::Conference { room, .. }), Runs::Conference(name)) => room == name,
            (Self::Bridge(peer), Runs::Bridge(other)) => peer == other,
            _ => false,
        }
    }

    /// Whether the other one to be bridged with has ended: the server parks this one, or leaves it where it was.
    fn is_hopeless(&self, server: &Server) -> bool {
        let Self::Bridge(peer) = self else {
            return false;
        };
        let peer = server.place(*peer);
        peer.is_none_or(|peer| *peer.runs.borrow() == Runs::Ended)
    }
}

/// What a place is to run, from what its session is and whom it is joined with.
fn wanted(place: &Place) -> Wanted {
    let source = place.server.topology.lock().source(&place.session);
    let app = match source {
        Some(own) if own == place.call => App::Echo,
        Some(peer) => return Wanted::Bridge(peer),
        None => {
            let state = place.state.lock();
            match &state.kind {
                SessionType::Mcu { room_id, .. } => {
                    let rooms = place.server.rooms.lock();
                    room_id
                        .as_ref()
                        .and_then(|room| rooms.app(room))
                        .unwrap_or(App::Park)
                }
                SessionType::Play { .. } => {
                    let playing = state.playing.as_ref();
                    playing
                        .and_then(|playing| playing.app())
                        .unwrap_or(App::Park)
                }
                _ => App::Park,
            }
        }
    };
    Wanted::App(app)
}

/// Makes what runs on these what it should be.
///
/// # Errors
/// Those of the server for the first of them. What cannot be done of the others is theirs, and said in the log.
pub(super) async fn settle(places: &[Arc<Place>]) -> Result<(), Error> {
    let Some((first, others)) = places.split_first() else {
        return Ok(());
    };
    let settled = settle_one(first).await;
    for other in others {
        settle_if_it_can(other).await;
    }
    settled
}

async fn settle_if_it_can(place: &Arc<Place>) {
    match settle_one(place).await {
        Err(error) if !error.is_gone() => {
            let session_id = &place.session;
            tracing::warn!(%session_id, %error, "cannot make a call what its session is");
        }
        _ => {}
    }
}

/// As [`settle`], where nobody waits for it.
pub(super) fn mend(places: Vec<Arc<Place>>) {
    tokio::spawn(async move {
        for place in places {
            settle_if_it_can(&place).await;
        }
    });
}

async fn settle_one(place: &Arc<Place>) -> Result<(), Error> {
    loop {
        let peer = match wanted(place) {
            Wanted::Bridge(peer) => place.server.place(peer),
            Wanted::App(_) => None,
        };
        // In an order of their own, so that two who bridge each other do not wait for each other.
        let mut both: Vec<&Arc<Place>> = peer.iter().chain([place]).collect();
        both.sort_by_key(|one| one.call);
        let mut turns = Vec::with_capacity(2);
        for one in both {
            turns.push(one.changing.lock().await);
        }
        let now = wanted(place);
        let still = match &now {
            Wanted::Bridge(now) => peer.as_ref().is_none_or(|peer| peer.call == *now),
            Wanted::App(_) => true,
        };
        if still {
            let changed = change(place, peer.as_deref(), now.clone()).await;
            if let (Err(_), Some(peer)) = (&changed, &peer) {
                look_after(peer.clone());
            }
            match changed {
                // What could not be done is not even wanted any more.
                Err(error) if !error.is_gone() && wanted(place) != now => {}
                done => return done,
            }
        }
    }
}

/// One change, while nobody else changes it.
async fn change(place: &Place, peer: Option<&Place>, wanted: Wanted) -> Result<(), Error> {
    if !place.is_up() {
        return Ok(());
    }
    silence(place).await?;
    let lives = |peer: &&Place| peer.is_up() && *peer.runs.borrow() != Runs::Ended;
    let peer = peer.filter(lives);
    // Until the other one is connected, and when it has ended, there is nothing to be bridged with.
    let wanted = match (&wanted, peer) {
        (Wanted::Bridge(_), None) => Wanted::App(App::Park),
        _ => wanted,
    };
    let before = place.runs.borrow().clone();
    if before == Runs::Ended {
        return Err(Error::Gone);
    }
    if !wanted.is(&before) {
        let connects = place.server.connects.subscribe();
        let order = match &wanted {
            Wanted::App(App::Park) => Order::Park,
            _ => Order::Given,
        };
        place.runs.send_replace(Runs::Changes(order));
        let done = match (&wanted, peer) {
            (Wanted::Bridge(_), Some(peer)) => bridge(place, peer).await,
            (Wanted::App(app), _) => {
                let transfer = Command::Transfer(place.call, app.clone());
                place.server.socket.read(&transfer).await.map(drop)
            }
            (Wanted::Bridge(_), None) => Ok(()),
        };
        if let Err(error) = done {
            // It was refused, so that it runs what it ran.
            place.runs.send_if_modified(|runs| {
                let refused = runs.changes();
                if refused {
                    *runs = before;
                }
                refused
            });
            return Err(error);
        }
        confirmed(place, &wanted, connects).await?;
    }
    show(place).await
}

async fn bridge(place: &Place, peer: &Place) -> Result<(), Error> {
    // What it sends must not be heard before its mute holds.
    silence(peer).await?;
    let command = Command::Bridge(place.call, peer.call);
    place.server.socket.job(&command).await.map(drop)
}

/// A bridge came to nothing: if its first leg ended before it took effect, its second one has left what it ran for
/// nothing, and the server does not say so.
fn look_after(peer: Arc<Place>) {
    tokio::spawn(async move {
        time::sleep(DOUBT).await;
        let turn = peer.changing.lock().await;
        if !matches!(keeper::asked(&peer).await, Ok(Runs::Nothing)) {
            return;
        }
        peer.runs.send_if_modified(|runs| {
            let lives = *runs != Runs::Ended;
            if lives {
                *runs = Runs::Nothing;
            }
            lives
        });
        drop(turn);
        settle_if_it_can(&peer).await;
    });
}

/// Waits until the server says that it runs: by itself, or asked, where it says nothing or may have said so to nobody.
async fn confirmed(
    place: &Place,
    wanted: &Wanted,
    mut connects: watch::Receiver<u64>,
) -> Result<(), Error> {
    let command = match wanted {
        Wanted::App(_) => "uuid_transfer",
        Wanted::Bridge(_) => "uuid_bridge",
    };
    let mut runs = place.runs.subscribe();
    let settled = async {
        let settled = runs.wait_for(|runs| !runs.changes()).await;
        settled.map_or(Runs::Ended, |runs| runs.clone())
    };
    let settled = async {
        tokio::select! {
            runs = settled => runs,
            () = ask_in_doubt(place, wanted, &mut connects) => Runs::Ended,
        }
    };
    let after = place.server.config.request_timeout;
    match time::timeout(after, settled).await {
        Ok(runs) if wanted.is(&runs) => Ok(()),
        Ok(Runs::Ended) => Err(Error::Gone),
        // It began and is over: it was not let into the room, the file could not be read.
        Ok(_) => Err(Error::Refused {
            command,
            message: "it ended as soon as it had begun".to_owned(),
        }),
        Err(_) => Err(Error::Timeout { command, after }),
    }
}

/// Asks whether it runs, whenever nothing was heard of it for a while and after each outage, until the call has ended.
async fn ask_in_doubt(place: &Place, wanted: &Wanted, connects: &mut watch::Receiver<u64>) {
    loop {
        if let Ok(Err(_)) = time::timeout(DOUBT, connects.changed()).await {
            return;
        }
        let now = match keeper::asked(place).await {
            Ok(now) => now,
            Err(error) if error.is_gone() => return,
            Err(_) => continue,
        };
        // Anything else says nothing: the change may be on its way.
        if wanted.is(&now) || wanted.is_hopeless(&place.server) {
            place.runs.send_if_modified(|runs| {
                let changes = runs.changes();
                if changes {
                    *runs = now;
                }
                changes
            });
        }
    }
}

/// Whether others get nothing of a kind from the client.
fn is_muted(place: &Place, of: impl Fn(&MediaUpdate) -> Option<bool>) -> bool {
    let state = place.state.lock();
    of(&state.media) == Some(true) || of(&state.room_media) == Some(true)
}

/// Silences what comes from the client, or lets it be heard.
async fn silence(place: &Place) -> Result<(), Error> {
    let wanted = is_muted(place, |media| media.mute_audio);
    let before = place.state.lock().silenced;
    if before == Some(wanted) {
        return Ok(());
    }
    let command = match wanted {
        true => Command::Mute(place.call),
        false => Command::Unmute(place.call),
    };
    place.state.lock().silenced = None;
    let done = place.server.socket.job(&command).await.map(drop);
    place.state.lock().silenced = after(&done, before, wanted);
    done
}

/// Keeps the client's picture from its conference, or lets it be seen.
async fn show(place: &Place) -> Result<(), Error> {
    let muted = is_muted(place, |media| media.mute_video);
    let member = place.state.lock().member.clone();
    let Some(member) = member.filter(|member| member.unseen != Some(muted)) else {
        return Ok(());
    };
    let what = Conference::MuteVideo {
        member: member.id,
        muted,
    };
    let note = |unseen| {
        let mut state = place.state.lock();
        if let Some(now) = state.member.as_mut().filter(|now| now.is(&member)) {
            now.unseen = unseen;
        }
    };
    note(None);
    let command = Command::Conference(member.room.clone(), what);
    let done = place.server.socket.read(&command).await.map(drop);
    note(after(&done, member.unseen, muted));
    done
}

/// What is known of a state after an order that was to make it `wanted`.
fn after(done: &Result<(), Error>, before: Option<bool>, wanted: bool) -> Option<bool> {
    match done {
        Ok(()) => Some(wanted),
        Err(Error::Refused { .. } | Error::Unreachable(_) | Error::Overloaded) => before,
        // It may have been done.
        Err(_) => None,
    }
}
