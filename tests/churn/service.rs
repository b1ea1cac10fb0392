//! The service under test, and how it is spoken with.

use std::{fs, io::Write, net::SocketAddr, path::PathBuf, time::Duration};

use mediaplane::{
    config::{Config, Flags},
    proto::{
        CreateSessionRequest, SdpType, SessionDescription, SessionType,
        create_session_response::Description, session_service_client::SessionServiceClient,
        session_type::Kind,
    },
};
use tempfile::TempDir;
use tonic::{Code, Status, transport::Channel};

use crate::support::{files, network::media_address};

pub(crate) type Client = SessionServiceClient<Channel>;

/// How long ended sessions and rooms are remembered here.
const HISTORY: Duration = Duration::from_secs(1);
/// How long an empty room lives here: each publisher without one gets a room of its own.
const ROOM: Duration = Duration::from_secs(1);
/// How long after the last session nothing is left of it: what has had its time is looked for once a second.
pub(crate) const FORGOTTEN: Duration = Duration::from_secs(5);
/// What can be played is so many seconds long.
const SECONDS: u8 = 3;

/// Where the service records to and plays from.
pub(crate) struct Folders {
    folder: TempDir,
}

impl Folders {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let folders = Self { folder };
        for made in [folders.recordings(), folders.media()] {
            fs::create_dir(made).expect("a folder can be made in it");
        }
        let clip = files::webm(9, SECONDS);
        fs::write(folders.media().join("clip.webm"), clip).expect("a file can be written");
        folders
    }

    fn recordings(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    fn media(&self) -> PathBuf {
        self.folder.path().join("media")
    }

    /// What can be played.
    pub(crate) fn clip(&self) -> String {
        format!("file://{}", self.media().join("clip.webm").display())
    }

    /// Removes all recordings.
    pub(crate) fn clear(&self) {
        for file in fs::read_dir(self.recordings()).expect("the folder can be read") {
            let path = file.expect("the folder can be read").path();
            fs::remove_file(path).expect("a recording can be removed");
        }
    }

    /// A service with the embedded backend alone.
    pub(crate) fn config(&self) -> Config {
        let text = format!(
            "[[backend]]\nkind = \"embedded\"\nlisten = [\"{}:0\"]\n\
             record.folder = {:?}\nplay.folders = [{:?}]\n",
            media_address(),
            self.recordings(),
            self.media()
        );
        let path = self.folder.path().join("churn.toml");
        let mut file = fs::File::create(&path).expect("a file can be made");
        file.write_all(text.as_bytes())
            .expect("a file can be written");
        let flags = Flags {
            config: Some(path),
            ..Flags::default()
        };
        let mut config = Config::load(&flags, [])
            .expect("the configuration is sound")
            .config;
        let any_port: SocketAddr = ([127, 0, 0, 1], 0).into();
        config.grpc.listen = any_port;
        config.http.listen = any_port;
        config.events.history_time = HISTORY;
        config.room.timeout = ROOM;
        config
    }
}

pub(crate) async fn connect(address: SocketAddr) -> Client {
    let client = Client::connect(format!("http://{address}")).await;
    client.expect("the service accepts connections")
}

/// A session that was created: its id, and the other description where there is one.
pub(crate) struct Created {
    pub(crate) id: String,
    pub(crate) sdp: String,
}

/// Creates a session; without an offer the service makes one of this flavour.
pub(crate) async fn create(
    client: &mut Client,
    kind: Kind,
    offer: Option<String>,
    sdp_type: SdpType,
) -> Result<Created, Status> {
    let request = CreateSessionRequest {
        r#type: Some(session_type(kind)),
        offer: offer.map(|sdp| described(sdp, sdp_type)),
        wait_reply: true,
        sdp_type: sdp_type.into(),
        ..CreateSessionRequest::default()
    };
    let created = client.create_session(request).await?.into_inner();
    let (Some(Description::Offer(sdp) | Description::Answer(sdp)),) = (created.description,) else {
        panic!("the reply was waited for");
    };
    Ok(Created {
        id: created.session_id,
        sdp: sdp.sdp,
    })
}

pub(crate) const fn session_type(kind: Kind) -> SessionType {
    SessionType { kind: Some(kind) }
}

pub(crate) fn described(sdp: String, sdp_type: SdpType) -> SessionDescription {
    SessionDescription {
        sdp,
        sdp_type: sdp_type.into(),
        trickle_ice: false,
    }
}

/// Whether it was done. What is random may be refused, but never because something is broken.
pub(crate) fn sane<T>(what: &str, result: Result<T, Status>) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(status) => {
            let broken = [Code::Unknown, Code::Internal, Code::DataLoss];
            assert!(!broken.contains(&status.code()), "{what}: {status}");
            None
        }
    }
}
