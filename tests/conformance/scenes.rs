//! What many cases begin with.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mediaplane::id::{RoomId, SessionId};
use mediaplane::media::{
    Description, Outcome, RecorderAction, RoomOptions, Sdp, SdpType, SessionType, TypeKind, Update,
};
use mediaplane::session::Create;

use crate::client::Client;
use crate::session::Session;
use crate::subjects::{Simulated, Subject};
use crate::support::files;
use crate::support::media::Codec;
use crate::support::peer::Options;
use crate::support::rtp::RtpPeer;

/// A publisher in a room of its own, or in this one, which is made if it is not there.
pub(crate) fn publishing(room: Option<&RoomId>) -> SessionType {
    SessionType::Publish {
        room_id: room.cloned(),
        create_room: room.is_some(),
        room_options: Box::<RoomOptions>::default(),
    }
}

/// A listener to this publisher.
pub(crate) fn listening(to: &SessionId) -> SessionType {
    SessionType::Listen {
        publisher_id: to.clone(),
        room_id: None,
    }
}

/// A session whose client offered audio and video, connected.
pub(crate) async fn offered(
    subject: &Subject,
    tag: u8,
    create: impl FnOnce(Create) -> Create,
    session_type: SessionType,
) -> (Session<'_>, Client<'_>) {
    let client = Client::offers(subject, tag, |options| options.audio().video()).await;
    let (mut session, answer) = subject
        .create(create(client.create(session_type)))
        .await
        .expect("a session");
    client.accepts(&answer).await;
    session.connected().await;
    (session, client)
}

/// An echo of audio and video, connected.
pub(crate) async fn echo(subject: &Subject, tag: u8) -> (Session<'_>, Client<'_>) {
    offered(subject, tag, |create| create, SessionType::Echo).await
}

/// A publisher of audio and video, connected.
pub(crate) async fn publish<'s>(
    subject: &'s Subject,
    tag: u8,
    room: Option<&RoomId>,
) -> (Session<'s>, Client<'s>) {
    offered(subject, tag, |create| create, publishing(room)).await
}

/// A listener to this publisher, connected.
pub(crate) async fn listen<'s>(
    subject: &'s Subject,
    tag: u8,
    publisher: &SessionId,
) -> (Session<'s>, Client<'s>) {
    let create = Create::new(listening(publisher));
    let (mut session, offer) = subject.create(create).await.expect("a listener");
    let client = Client::answers(subject, tag, &offer, |options| options).await;
    session.set_answer(client.description()).await;
    session.connected().await;
    (session, client)
}

/// A caller and a callee.
pub(crate) struct Call<'s> {
    pub(crate) proxy: Session<'s>,
    pub(crate) caller: Client<'s>,
    pub(crate) bridge: Session<'s>,
    pub(crate) callee: Client<'s>,
}

/// A proxy and the bridge that joins it, both with audio and video, connected.
pub(crate) async fn call(subject: &Subject) -> Call<'_> {
    call_with(subject, |options| options.audio().video()).await
}

/// A proxy whose client offers this, and the bridge that joins it, connected.
pub(crate) async fn call_with(
    subject: &Subject,
    media: impl FnOnce(Options) -> Options,
) -> Call<'_> {
    let caller = Client::offers(subject, 1, media).await;
    let mut proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    let peer_id = proxy.id.clone();
    let (mut bridge, offer) = subject
        .create(Create::new(SessionType::Bridge { peer_id }))
        .await
        .expect("a bridge");
    let callee = Client::answers(subject, 2, &offer, |options| options).await;
    bridge.set_answer(callee.description()).await;
    caller.accepts(&proxy.answer().await).await;
    tokio::join!(proxy.connected(), bridge.connected());
    Call {
        proxy,
        caller,
        bridge,
        callee,
    }
}

/// A browser and a telephone.
pub(crate) struct Gateway<'s> {
    pub(crate) proxy: Session<'s>,
    pub(crate) browser: Client<'s>,
    pub(crate) bridge: Session<'s>,
    pub(crate) phone: RtpPeer,
}

/// A browser's proxy and a telephone's bridge, connected.
pub(crate) async fn gateway(
    subject: &Subject,
    adjust: impl FnOnce(Options) -> Options,
) -> Gateway<'_> {
    let browser = Client::offers(subject, 1, adjust).await;
    let mut proxy = subject
        .begin(browser.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    let create = Create {
        sdp_type: SdpType::Rtp,
        ..Create::new(SessionType::Bridge {
            peer_id: proxy.id.clone(),
        })
    };
    let (bridge, offer) = subject.create(create).await.expect("a bridge");
    assert_eq!(offer.sdp_type, SdpType::Rtp);
    let mut phone = RtpPeer::bind(subject.media_ip(), 2, &[Codec::Pcmu]).await;
    bridge
        .set_answer(plain(&phone.answer(offer.sdp.as_str())))
        .await;
    browser.accepts(&proxy.answer().await).await;
    proxy.connected().await;
    Gateway {
        proxy,
        browser,
        bridge,
        phone,
    }
}

/// What a telephone says.
pub(crate) fn plain(sdp: &str) -> Description {
    let sdp = Sdp::parse(sdp).expect("a telephone writes SDP");
    Description {
        sdp,
        sdp_type: SdpType::Rtp,
        trickle_ice: false,
    }
}

/// What can be played, for so long; its sound and pictures have this tag.
pub(crate) async fn playable(subject: &Subject, tag: u8, seconds: u8) -> Arc<str> {
    match subject.simulated() {
        Some(Simulated::Kurento(_)) => return format!("file:///media/{tag}.webm").into(),
        Some(Simulated::FreeSwitch(_)) => return format!("file:///media/{tag}.wav").into(),
        _ => {}
    }
    match subject.media_folder() {
        Some(folder) if subject.remakes_files() => {
            let length = Duration::from_secs(seconds.into());
            stored(folder, &format!("{tag}.wav"), &files::wav(tag, length))
        }
        Some(folder) => stored(folder, &format!("{tag}.webm"), &files::webm(tag, seconds)),
        None => recording(subject, tag, Duration::from_secs(seconds.into())).await,
    }
}

/// Puts a file into a folder, and says how it is played from there. Other cases may be playing it: it is there as a whole
/// at any time.
pub(crate) fn stored(folder: &Path, name: &str, bytes: &[u8]) -> Arc<str> {
    let path = folder.join(name);
    let mut new = tempfile::NamedTempFile::new_in(folder).expect("the folder can be written to");
    new.write_all(bytes).expect("there is room");
    let readable = std::fs::Permissions::from_mode(0o644);
    new.as_file().set_permissions(readable).expect("it is ours");
    new.persist(&path).expect("it can be renamed");
    format!("file://{}", path.display()).into()
}

/// Records a session for a while into one file, and says where that is.
pub(crate) async fn recorded(session: &Session<'_>, length: Duration) -> String {
    let start = RecorderAction::Start {
        uri: None,
        format: None,
    };
    session.outcome(Update::Recorder(start)).await;
    tokio::time::sleep(length).await;
    let stopped = session.outcome(Update::Recorder(RecorderAction::Stop));
    match stopped.await {
        Outcome::Recorder(recording) => recording.files[0].uri.clone(),
        other => panic!("a recording was asked for: {other:?}"),
    }
}

/// Records an echo under a name for a while, and says how that is played.
async fn recording(subject: &Subject, tag: u8, length: Duration) -> Arc<str> {
    let (mut session, client) = echo(subject, tag).await;
    client.receives_both(tag).await;
    let uri = Some("take".into());
    session
        .outcome(Update::Recorder(RecorderAction::Start {
            uri,
            format: None,
        }))
        .await;
    tokio::time::sleep(length).await;
    session
        .outcome(Update::Recorder(RecorderAction::Stop))
        .await;
    session.destroy().await;
    let folder = subject.janus().await.recordplay();
    format!("file://{}/take", folder.display()).into()
}

/// A live session of this kind, first, and those that it needs.
pub(crate) async fn any(subject: &Subject, kind: TypeKind, sdp_type: SdpType) -> Vec<Session<'_>> {
    if sdp_type == SdpType::Rtp {
        let Gateway { proxy, bridge, .. } = gateway(subject, Options::pcmu).await;
        return match kind {
            TypeKind::Proxy => vec![proxy, bridge],
            _ => vec![bridge, proxy],
        };
    }
    let client = Client::offers(subject, 1, |options| options.audio().video()).await;
    let offered = |session_type| subject.begin(client.create(session_type));
    let session = match kind {
        TypeKind::P2p => offered(SessionType::P2p { peer_id: None }).await,
        TypeKind::Echo => offered(SessionType::Echo).await,
        TypeKind::Proxy => offered(SessionType::Proxy).await,
        TypeKind::Park => offered(SessionType::Park).await,
        TypeKind::Publish => offered(publishing(None)).await,
        TypeKind::Mcu => {
            offered(SessionType::Mcu {
                room_id: None,
                profile: None,
                layout: None,
            })
            .await
        }
        TypeKind::Listen => {
            let (publisher, _) = publish(subject, 2, None).await;
            let (listener, _) = listen(subject, 3, &publisher.id).await;
            return vec![listener, publisher];
        }
        TypeKind::Bridge => {
            let Call { proxy, bridge, .. } = call(subject).await;
            return vec![bridge, proxy];
        }
        TypeKind::Play => {
            let uri = playable(subject, 7, 1).await;
            let create = Create::new(SessionType::Play { uri, loops: 1 });
            subject.begin(create).await
        }
    };
    vec![session.unwrap_or_else(|error| panic!("a {kind} session is advertised: {error:?}"))]
}
