//! `mediaplane demo` as people run it.

use std::{net::TcpListener, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::process::Command;

/// Far beyond the seconds that it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs it; its exit code, standard output and standard error.
async fn demo(arguments: &[&str]) -> (Option<i32>, String, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_mediaplane"))
        .arg("demo")
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, run).await;
    let output = output.expect("in time").expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[tokio::test]
async fn everything_works_and_is_told() {
    let (code, told, wrong) = demo(&[]).await;
    assert_eq!((code, wrong.as_str()), (Some(0), ""), "{told}");
    for part in ["echo", "bridge", "publish, listen", "record", "play", "end"] {
        let begun = format!("\n{part}: ");
        assert!(told.contains(&begun), "{part} is missing in:\n{told}");
    }
    assert_eq!(told.matches("\n  ok: ").count(), 6, "{told}");
    assert!(
        told.contains("PART") && told.contains("everything worked"),
        "{told}"
    );
    let wrote = told.split("wrote file://").nth(1).expect("a file");
    let file = wrote.lines().next().expect("a line");
    assert!(!std::path::Path::new(file).exists(), "{file} was left");
}

#[tokio::test]
async fn a_program_reads_it_as_json() {
    let (code, told, wrong) = demo(&["--output", "json"]).await;
    assert_eq!((code, wrong.as_str()), (Some(0), ""), "{told}");
    let summary: Value = serde_json::from_str(&told).expect("JSON and nothing else");
    assert_eq!(summary["worked"], true, "{summary:#}");
    let parts = summary["parts"].as_array().expect("a list");
    assert_eq!(parts.len(), 6, "{summary:#}");
    assert!(
        parts
            .iter()
            .all(|part| part["worked"] == true && part["seen"] != ""),
        "{summary:#}"
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let (code, told, wrong) = demo(&["--grpc-listen", &address]).await;
    assert_eq!((code, told.as_str()), (Some(1), ""), "{wrong}");
    assert!(
        wrong.contains("the service does not start") && wrong.contains(&address),
        "{wrong}"
    );
}
