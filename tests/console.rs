//! The console in headless Chromium: what people click there, see, and are refused.

mod support;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use support::{
    browser::{Tools, root},
    janus::{self, Janus},
    service::Service,
};
use tokio::{process::Command, time::timeout};

/// All scenes take under a minute on a machine that does little else.
const PATIENCE: Duration = Duration::from_secs(240);

/// Runs the scenes at these two services; what each yielded.
async fn play(tools: &Tools, console: &Service, read_only: &Service) -> Vec<Value> {
    let run = Command::new(&tools.node)
        .arg(root().join("tests/console/run.mjs"))
        .env("CONSOLE", format!("http://{}", console.http))
        .env("READ_ONLY", format!("http://{}", read_only.http))
        .env("MODULES", &tools.modules)
        .env("CHROMIUM", &tools.chromium)
        .env("SHOTS", shots())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, run).await.expect("in time");
    let output = output.expect("node starts");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    said.lines()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect()
}

/// Where the pictures of the pages are kept: `target/console`.
fn shots() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("target").join("console")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_work_with_the_console() {
    let Some(tools) = Tools::wanted() else { return };
    let janus = Janus::start(janus::Options::default()).await;
    let configure = |folder: &Path| {
        let folder = folder.display();
        format!(
            "[[backend]]\nkind = \"embedded\"\nname = \"embedded\"\nlisten = [\"0.0.0.0:0\"]\ntcp = false\n\
             record.folder = \"{folder}\"\nplay.folders = [\"{folder}\"]\n\
             [[backend]]\nkind = \"janus\"\nname = \"janus\"\npriority = 1\nurl = \"{}\"\n",
            janus.url()
        )
    };
    let service = Service::start(&[], &[], configure).await;
    let variables = [("MEDIAPLANE_HTTP_CONSOLE_READ_ONLY", "true")];
    let read_only = Service::start(&[], &variables, |_| String::new()).await;
    let scenes = play(&tools, &service, &read_only).await;
    for scene in &scenes {
        let decoded = scene["decoded"].as_u64();
        assert!(decoded.is_none_or(|pictures| pictures >= 20), "{scene}");
    }
    for service in [service, read_only] {
        let (status, _) = service.terminate().await;
        assert!(status.success(), "{status}");
    }
}
