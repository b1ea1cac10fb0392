//! The packaged clients of `clients/`, each against a service of its own: all play the scenarios of
//! `clients/scenario.json`, over a line that is cut while they do, and go to the service by TLS with a token.
//! `clients/README.md` has the rules.

mod front;
mod rust;
#[path = "../support/mod.rs"]
mod support;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use axum::{Router, routing::get};
use front::Front;
use support::{proxy::Proxy, service::Service};
use tokio::{net::TcpListener, process::Command, task::AbortHandle, time::timeout};

/// A client is built first, which takes most of it on a machine that builds nothing else.
const PATIENCE: Duration = Duration::from_secs(240);

/// Each client: its test, its folder in `clients/`, and the command that plays the scenarios there.
macro_rules! clients {
    ($($name:ident: $folder:literal, $program:literal $arguments:tt;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            Stage::set().await.runs($folder, $program, &$arguments).await;
        }
    )*};
}

clients! {
    go: "go", "go" ["test", "-count=1", "./..."];
    typescript: "typescript", "npm" ["--silent", "test"];
    java: "java", "mvn" ["--quiet", "--batch-mode", "--offline", "test"];
    python: "python", "../../.cache/python-client/bin/python" ["-m", "pytest", "-q", "tests/test_scenarios.py", "tests/test_secured.py", "tests/test_watch.py"];
    python_asyncio: "python", "../../.cache/python-client/bin/python" ["-m", "pytest", "-q", "tests/test_scenarios_aio.py", "tests/test_secured_aio.py"];
}

/// A service, the line to it, and another way to it: with TLS and a token.
struct Stage {
    service: Service,
    line: Arc<Proxy>,
    front: Front,
    /// Where a client has the line cut.
    switch: SocketAddr,
    switching: AbortHandle,
}

impl Stage {
    async fn set() -> Self {
        let service = Service::start(&[], &[], configuration).await;
        let upstream = service.address.parse().expect("an address");
        let line = Arc::new(Proxy::start(upstream).await);
        let front = Front::of(&service.address).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let switch = listener.local_addr().expect("bound");
        let cuts = line.clone();
        let router = Router::new().route("/cut", get(move || cut(cuts.clone())));
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            service,
            line,
            front,
            switch,
            switching: serving.abort_handle(),
        }
    }

    /// Where the service is, over the line.
    fn url(&self) -> String {
        format!("http://{}", self.line.address())
    }

    async fn cut(&self) {
        cut(self.line.clone()).await;
    }

    /// Runs the command in a folder of `clients/`. It must succeed, and leave nothing that the service has to end.
    async fn runs(self, folder: &str, program: &str, arguments: &[&str]) {
        let run = Command::new(program)
            .args(arguments)
            .current_dir(clients().join(folder))
            .env("MEDIAPLANE_TEST_TARGET", self.line.address().to_string())
            .env("MEDIAPLANE_TEST_CUT", format!("http://{}/cut", self.switch))
            .env("MEDIAPLANE_TEST_SCENARIO", clients().join("scenario.json"))
            .env("MEDIAPLANE_TEST_TLS_TARGET", self.front.target())
            .env("MEDIAPLANE_TEST_CA", self.front.authority())
            .env("MEDIAPLANE_TEST_TOKEN", self.front.token())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = timeout(PATIENCE, run).await.expect("in time");
        let output = output.unwrap_or_else(|error| {
            panic!("{program} does not run: {error}. `make tools` installs what is missing")
        });
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{program}: {told}");
        self.end().await;
    }

    async fn end(self) {
        self.switching.abort();
        let (status, _) = self.service.terminate().await;
        assert!(status.success(), "an end in order: {status}");
    }
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// Two media servers, so that one can be drained while the other carries on.
fn configuration(folder: &Path) -> String {
    let backend = |number| {
        format!(
            "[[backend]]\nname = 'embedded-{number}'\nkind = 'embedded'\nlisten = ['127.0.0.1:0']\ntcp = false\nrecord.folder = '{}'\n",
            folder.display()
        )
    };
    format!(
        "[service]\nshutdown_deadline = '1s'\n{}{}",
        backend(1),
        backend(2)
    )
}

/// Breaks every connection between the client and the service; done when all are gone.
async fn cut(line: Arc<Proxy>) {
    line.cut();
    while line.connections() > 0 {
        tokio::task::yield_now().await;
    }
    line.restore();
}
