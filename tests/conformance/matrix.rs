//! `docs/backends.md`: what each backend advertises, and which case is tried on which subject.

use std::fmt::Write as _;
use std::path::PathBuf;

use mediaplane::media::action::{PlayerVerb, RecorderVerb, RoomVerb};
use mediaplane::media::{Capabilities, TypeCapability, TypeKind};

use crate::cases;
use crate::subjects::Which;

const WRITE: &str = "MEDIAPLANE_WRITE_DOCS";

#[tokio::test]
async fn the_document_is_current() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/backends.md");
    let current = document().await;
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, current).expect("the document can be written");
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == current,
        "docs/backends.md is out of date: {WRITE}=1 cargo test --test conformance the_document_is_current"
    );
}

async fn document() -> String {
    let mut columns = Vec::new();
    for which in Which::ALL {
        columns.push((*which, which.capabilities().await));
    }
    let mut text = String::from(HEAD);
    for (title, of) in [
        ("Janus", Which::janus),
        ("Kurento", Which::kurento),
        ("FreeSWITCH", Which::freeswitch),
        ("the embedded media server", Which::embedded),
    ] {
        let known = columns.iter().find(|(which, _)| *which == of);
        let (_, known) = known.expect("there is a column of each");
        write!(text, "\n## What {title} can do\n\n").expect(WRITES);
        capabilities(&mut text, known);
    }
    text.push_str(CASES);
    for (about, rows) in cases::ALL {
        write!(text, "\n### {}\n\n| case | needs |", capitalised(about)).expect(WRITES);
        for (which, _) in &columns {
            write!(text, " {which:?} |").expect(WRITES);
        }
        writeln!(text, "\n|---|---|{}", "---|".repeat(columns.len())).expect(WRITES);
        for case in *rows {
            write!(text, "| {} | {} |", case.name.replace('_', " "), case.need).expect(WRITES);
            for (which, capabilities) in &columns {
                let mark = match (case.on.contains(which), case.need.is_met_by(capabilities)) {
                    (false, _) => "–",
                    (true, true) => "yes",
                    (true, false) => "refused",
                };
                write!(text, " {mark} |").expect(WRITES);
            }
            text.push('\n');
        }
    }
    text
}

fn capabilities(text: &mut String, of: &Capabilities) {
    text.push_str("| type | backend's role | description | trickle in | media updates | recorder | player | room | set_type | other |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|---|\n");
    for can in &of.types {
        let cells = [
            can.kind.to_string(),
            list(can.roles.iter()),
            list(can.sdp_types.iter()),
            if can.remote_trickle {
                "yes".into()
            } else {
                "no".into()
            },
            media(can),
            list(can.recorder.iter().copied().map(RecorderVerb::as_str)),
            list(can.player.iter().copied().map(PlayerVerb::as_str)),
            list(can.room.iter().copied().map(RoomVerb::as_str)),
            list(can.set_type.iter().copied().map(TypeKind::as_str)),
            other(can),
        ];
        writeln!(text, "| {} |", cells.join(" | ")).expect(WRITES);
    }
}

fn media(can: &TypeCapability) -> String {
    let names = [
        (can.media.mute_audio, "mute_audio"),
        (can.media.mute_video, "mute_video"),
        (can.media.mute_data, "mute_data"),
        (can.media.bitrate, "bitrate_kbps"),
        (can.media.bitrate_at_open, "bitrate_kbps (in CreateSession)"),
        (can.media.max_layer, "max_layer"),
    ];
    list(
        names
            .into_iter()
            .filter_map(|(can, name)| can.then_some(name)),
    )
}

fn other(can: &TypeCapability) -> String {
    let names = [(can.dtmf, "send_dtmf"), (can.stats, "get_stats")];
    list(
        names
            .into_iter()
            .filter_map(|(can, name)| can.then_some(name)),
    )
}

fn list(words: impl Iterator<Item = impl ToString>) -> String {
    let words: Vec<String> = words.map(|word| word.to_string()).collect();
    match words.is_empty() {
        true => "–".to_owned(),
        false => words.join(", "),
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

const WRITES: &str = "a string takes everything";

const HEAD: &str = "# Backends

What each media server can do, and how that is checked. The conformance suite (`tests/conformance`) writes this page
from what the drivers advertise: `MEDIAPLANE_WRITE_DOCS=1 cargo test --test conformance the_document_is_current`.

`ListBackends` tells the same at run time. Recorder and player need folders in the backend's configuration, statistics
of Janus its `admin_url`; they are configured here. What is not advertised is answered with
`NOT_SUPPORTED`. Sessions of type `p2p` need no backend.
";

const CASES: &str = "
## Cases

`yes`: the case is done there. `refused`: it needs what is not advertised there, and the suite checks that the service
says so. `–`: it is not tried there. On the simulator no media flows: the signalling half of a case is done. Those on
Kurento are done where `MEDIAPLANE_TEST_KURENTO` names one, those on FreeSWITCH where `MEDIAPLANE_TEST_FREESWITCH` does.
";
