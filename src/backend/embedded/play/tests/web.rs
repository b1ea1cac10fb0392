//! Files of web servers: what may be fetched, and what is never asked for.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::Response,
    routing::get,
};
use tokio::net::TcpListener;

use super::{Arc, Codec, Duration, Folder, OPUS, Scene, Settings, TONE, open};
use crate::error::{Error, Reason};

/// A server, and how often it was asked.
struct Server {
    at: SocketAddr,
    asked: Arc<AtomicUsize>,
    _task: tokio_util::task::AbortOnDropHandle<()>,
}

#[derive(Clone)]
struct Shop {
    file: Arc<Vec<u8>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start(file: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let asked = Arc::new(AtomicUsize::new(0));
        let shop = Shop {
            file: Arc::new(file),
            asked: Arc::clone(&asked),
        };
        let router = Router::new().fallback(get(answer)).with_state(shop);
        let serve = async move { axum::serve(listener, router).await.expect("it serves") };
        let task = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(serve));
        Self {
            at,
            asked,
            _task: task,
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            hosts: vec![self.at.to_string().parse().expect("a host")],
            private_addresses: true,
            connect_timeout: Duration::from_secs(5),
            ..Settings::default()
        }
    }

    fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn answer(State(shop): State<Shop>, uri: axum::http::Uri) -> Response {
    shop.asked.fetch_add(1, Ordering::Relaxed);
    let answer = Response::builder();
    let redirect = |to: &str| {
        Response::builder()
            .status(StatusCode::FOUND)
            .header(header::LOCATION, to)
            .body(Body::empty())
    };
    let chunks = |count: usize| {
        let pieces = (0..count).map(|_| Ok::<_, std::io::Error>(vec![0; 1_024]));
        Body::from_stream(futures_util::stream::iter(pieces))
    };
    let answer = match uri.path() {
        "/file" | "/with%20space" => answer.body(Body::from(shop.file.to_vec())),
        "/hop" => redirect("/file"),
        "/endless" => redirect("/endless"),
        "/elsewhere" => redirect("http://127.0.0.2/file"),
        "/metadata" => redirect("http://169.254.169.254/latest"),
        "/local" => redirect("file:///etc/passwd"),
        "/nowhere" => answer.status(StatusCode::FOUND).body(Body::empty()),
        "/large" => answer.body(Body::from(vec![0; 100_000])),
        "/growing" => answer.body(chunks(1_000)),
        "/silent" => std::future::pending().await,
        _ => answer.status(StatusCode::NOT_FOUND).body(Body::empty()),
    };
    answer.expect("a response")
}

async fn refusal(settings: &Settings, uri: &str) -> Error {
    open(settings, uri, 1, Codec::ALL).await.expect_err(uri)
}

#[tokio::test]
async fn a_file_is_fetched_also_behind_a_redirect_and_played() {
    let folder = Folder::new();
    let file = folder.make("a.ogg", &format!("{TONE} {OPUS} -t 0.2"));
    let server = Server::start(std::fs::read(file).expect("a file")).await;
    for path in ["/file", "/hop", "/with%20space?a=b#c"] {
        let source = open(&server.settings(), &server.uri(path), 1, Codec::ALL)
            .await
            .expect(path);
        let mut scene = Scene::new(source);
        scene.player.go();
        let (_, state) = scene.end().await;
        assert_eq!(state.uri.as_deref(), Some(&*server.uri(path)));
        assert!(scene.received.count() > 10);
    }
}

#[tokio::test]
async fn what_a_server_answers_is_bounded_and_checked_at_each_hop() {
    let server = Server::start(Vec::new()).await;
    let mut settings = server.settings();
    settings.max_bytes = 50_000;
    for (path, word) in [
        ("/endless", "too often"),
        ("/elsewhere", "no allowed host"),
        ("/metadata", "no allowed host"),
        ("/local", "something else"),
        ("/nowhere", "nowhere"),
        ("/large", "50000 bytes"),
        ("/growing", "50000 bytes"),
        ("/missing", "404"),
        ("/file", "is no WebM"),
    ] {
        let error = refusal(&settings, &server.uri(path)).await;
        assert_eq!(error.reason(), Reason::InvalidUri, "{path}: {error}");
        assert!(error.message().contains(word), "{path}: {error}");
    }
    settings.fetch_timeout = Duration::from_millis(200);
    let error = refusal(&settings, &server.uri("/silent")).await;
    assert_eq!(error.reason(), Reason::BackendTimeout, "{error}");
}

#[tokio::test]
async fn addresses_that_are_not_public_are_never_asked() {
    let server = Server::start(Vec::new()).await;
    let port = server.at.port();
    let names = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "0.0.0.0",
        "0",
        "[::]",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "224.0.0.1",
        "255.255.255.255",
    ];
    for name in names {
        // Even for one who allows it by name.
        let row = url::Url::parse(&format!("http://{name}:{port}/")).expect(name);
        let row = &row[url::Position::BeforeHost..url::Position::AfterPort];
        let settings = Settings {
            hosts: vec![row.parse().expect(name)],
            private_addresses: false,
            ..server.settings()
        };
        let error = refusal(&settings, &format!("http://{name}:{port}/file")).await;
        assert_eq!(error.reason(), Reason::InvalidUri, "{name}: {error}");
        assert!(
            error.message().contains("public internet"),
            "{name}: {error}"
        );
    }
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn only_allowed_hosts_are_asked_whatever_the_spelling() {
    let server = Server::start(Vec::new()).await;
    let port = server.at.port();
    let settings = Settings {
        hosts: vec![
            "example.org".parse().expect("a host"),
            format!("example.org:{port}").parse().expect("a host"),
        ],
        ..server.settings()
    };
    for uri in [
        format!("http://127.0.0.1:{port}/file"),
        format!("http://example.org@127.0.0.1:{port}/file"),
        format!("http://example.org:{port}@127.0.0.1:{port}/file"),
        format!("http://127.0.0.1:{port}/file#example.org"),
        format!("http://127.0.0.1:{port}?@example.org/file"),
        format!("http://127.0.0.1:{port}#@example.org/file"),
        format!("http://127.0.0.1:{port}\\@example.org/file"),
        format!("http://example.org.127.0.0.1.nip.io:{port}/file"),
        format!("http://xexample.org:{port}/file"),
        format!("http:127.0.0.1:{port}/file"),
        format!("http:///127.0.0.1:{port}/file"),
        format!("//127.0.0.1:{port}/file"),
        format!("HTTP://127.0.0.1:{port}/file"),
        format!("http://user:secret@example.org:{port}/file"),
        "http://example.org:22/".to_owned(),
    ] {
        let error = refusal(&settings, &uri).await;
        assert_eq!(error.reason(), Reason::InvalidUri, "{uri}: {error}");
    }
    assert_eq!(server.asked(), 0);
}
