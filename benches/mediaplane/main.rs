//! Measures Mediaplane beside something bare, in one run: `cargo bench`, or `cargo bench -- p2p memory` for some parts.
//!
//! Each part prints its figures, their ratio, the target and whether it is met. Servers run in processes of their own:
//! this same program, started again in another role. `docs/benchmarks.md` says what each figure means.

mod bare;
mod cycle;
mod echo;
mod events;
mod freeswitch;
mod janus;
mod kurento;
mod load;
mod machine;
mod memory;
mod p2p;
mod process;
mod report;
mod requests;
mod sfu;
mod startup;

// The instruments of the tests, for real media servers.
#[path = "../../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

use report::Report;

/// That of the program: services are compared, not allocators.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A part that can be chosen by its name.
const PARTS: [(&str, &str); 9] = [
    ("p2p", "create + answer + destroy against a bare service"),
    ("cycle", "the watched cycle of the original system"),
    ("events", "events to many watchers against a bare stream"),
    ("memory", "memory and latency at 100,000 sessions"),
    ("startup", "process start to first session"),
    ("janus", "echo on a real Janus against its own WebSocket"),
    (
        "kurento",
        "echo on a real Kurento against its own WebSocket",
    ),
    (
        "freeswitch",
        "echo on a real FreeSWITCH against its own SIP and event socket",
    ),
    (
        "sfu",
        "packets forwarded to listeners, against Janus' videoroom",
    ),
];

fn main() -> ExitCode {
    if std::env::var_os(process::ROLE).is_some() {
        bare::serve();
        return ExitCode::SUCCESS;
    }
    // Cargo adds flags of the standard harness, which mean nothing here.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let known = |name: &String| PARTS.iter().any(|(part, _)| part == name);
    if let Some(unknown) = wanted.iter().find(|name| !known(name)) {
        eprintln!("there is no part {unknown}; there are:");
        for (part, what) in PARTS {
            eprintln!("  {part:8} {what}");
        }
        return ExitCode::FAILURE;
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
        .block_on(measure(&wanted));
    ExitCode::SUCCESS
}

async fn measure(wanted: &[String]) {
    let mut report = Report::default();
    machine::describe();
    for (part, what) in PARTS {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == part) {
            continue;
        }
        report.begin(part, what);
        match part {
            "p2p" => p2p::run(&mut report).await,
            "cycle" => cycle::run(&mut report).await,
            "events" => events::run(&mut report).await,
            "memory" => memory::run(&mut report).await,
            "startup" => startup::run(&mut report).await,
            "janus" => janus::run(&mut report).await,
            "kurento" => kurento::run(&mut report).await,
            "freeswitch" => freeswitch::run(&mut report).await,
            "sfu" => sfu::run(&mut report).await,
            _ => unreachable!("all parts are listed"),
        }
    }
    report.end();
}
