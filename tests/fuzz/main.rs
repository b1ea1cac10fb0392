//! The fuzz targets, over their corpus and what comes of it by a few thousand mutations: the same ones in every run.
//!
//! The search for new ones is libFuzzer's: see `fuzz/README.md`.

mod mutation;
mod targets;

use std::{fs, path::Path};

use mutation::Mutator;

/// What all of it may take at most, in bytes, beyond what a test takes anyway.
const MEMORY: u64 = 256 << 20;

#[test]
fn no_description_is_too_much() {
    run("sdp", 20_000);
}

#[test]
fn no_datagram_is_too_much() {
    run("rtp", 10_000);
}

#[test]
fn no_payload_is_too_much() {
    run("forward", 100_000);
}

#[test]
fn nothing_that_is_recorded_is_too_much() {
    run("recorder", 4_000);
}

#[test]
fn no_file_that_is_played_is_too_much() {
    run("player", 4_000);
}

#[test]
fn nothing_that_an_event_socket_sends_is_too_much() {
    run("esl", 20_000);
}

/// Every target has a corpus, and the other way round.
#[test]
fn the_corpus_is_that_of_the_targets() {
    let corpora = fs::read_dir(folder()).expect("there is a corpus");
    let mut corpora: Vec<String> = corpora
        .map(|entry| entry.expect("it can be read").file_name())
        .map(|name| name.into_string().expect("a name of ours is text"))
        .collect();
    corpora.sort_unstable();
    let mut targets = targets::ALL.map(|(name, _)| name);
    targets.sort_unstable();
    assert_eq!(corpora, targets);
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus"))
}

fn run(name: &str, mutations: usize) {
    let (_, target) = targets::ALL
        .into_iter()
        .find(|(known, _)| *known == name)
        .expect("it is a target");
    let corpus = corpus(name);
    let peak = peak();
    for bytes in &corpus {
        target(bytes);
    }
    let mut mutator = Mutator::new(corpus);
    for _ in 0..mutations {
        target(&mutator.next());
    }
    // The kernel adds up what each processor has counted, not always all of it: the peak may seem to have been less.
    let taken = self::peak().saturating_sub(peak);
    assert!(taken < MEMORY, "{taken} bytes of memory");
}

/// The files of a corpus, in the order of their names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder().join(name)).expect("there is a corpus");
    let mut files: Vec<_> = files
        .map(|file| file.expect("it can be read").path())
        .collect();
    files.sort_unstable();
    let files = files.into_iter();
    files
        .map(|path| fs::read(path).expect("it can be read"))
        .collect()
}

/// The most memory that this process has had so far, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next());
    let kilobytes: u64 = kilobytes.and_then(|n| n.parse().ok()).expect("a number");
    kilobytes * 1024
}
