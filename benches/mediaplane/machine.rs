//! What a run was made with.

use std::fs;

/// The versions that were built against.
const LOCK: &str = include_str!("../../Cargo.lock");

/// Prints processor, system, load and versions.
pub(crate) fn describe() {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{cores} cores of {}, Linux {}, load {}",
        processor(),
        read("/proc/sys/kernel/osrelease"),
        load()
    );
    println!(
        "mediaplane {}, tonic {}, tokio {}, {} build; servers and clients share the cores",
        env!("CARGO_PKG_VERSION"),
        version("tonic"),
        version("tokio"),
        if cfg!(debug_assertions) {
            "debug"
        } else {
            "release"
        },
    );
}

/// The load averages of the last 1, 5 and 15 minutes: what else the machine does.
pub(crate) fn load() -> String {
    read("/proc/loadavg")
        .split(' ')
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

fn processor() -> String {
    let known = read("/proc/cpuinfo");
    let model = known
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split_once(": "));
    model.map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |(_, name)| name.to_owned(),
    )
}

fn version(package: &str) -> &'static str {
    let head = format!("name = \"{package}\"\nversion = \"");
    let found = LOCK
        .split_once(&head)
        .and_then(|(_, rest)| rest.split_once('"'));
    found.map_or("unknown", |(version, _)| version)
}

fn read(path: &str) -> String {
    fs::read_to_string(path)
        .unwrap_or_default()
        .trim()
        .to_owned()
}
