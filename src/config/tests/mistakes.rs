//! Every mistake is told with its place and what would be right.

use std::path::PathBuf;

use super::*;

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_a_hint() {
    let file = "[grcp]\nlisten='x'\n[grpc]\nlisen='x'\ngzip=7\nlisten='nowhere'\n[log]\nlevel='loud=x=y'\n\
                [session]\ntrickle_ice_timeout='1m'\ninbox=0\nreply_timeout='soon'";
    assert_eq!(
        problems(file, &[("MEDIAPLANE_EVENTS_HISTORY", "many")]),
        [
            "m.toml: grcp: unknown section; did you mean `grpc`?",
            "m.toml: grpc.lisen: unknown key; did you mean `listen`?",
            "m.toml: grpc.gzip: invalid type: integer `7`, expected a boolean",
            "m.toml: grpc.listen: invalid socket address syntax",
            "m.toml: log.level: error parsing level filter: expected one of \"off\", \"error\", \
             \"warn\", \"info\", \"debug\", \"trace\", or a number 0-5",
            "m.toml: session.reply_timeout: invalid value: string \"soon\", expected a duration",
            "m.toml: session.trickle_ice_timeout: must be from 100ms to 30s, is 1m",
            "m.toml: session.inbox: must be from 1 to 65536, is 0",
            "MEDIAPLANE_EVENTS_HISTORY: events.history: invalid type: string \"many\", expected usize",
        ]
    );
}

#[test]
fn bounds_name_the_layer_that_broke_them() {
    let problems = problems("[room]\nmax_rooms=5", &[("MEDIAPLANE_ROOM_MAX_ROOMS", "0")]);
    assert_eq!(
        problems,
        ["MEDIAPLANE_ROOM_MAX_ROOMS: room.max_rooms: must be from 1 to 100000000, is 0"]
    );
}

#[test]
fn what_is_not_toml_is_told_by_line_without_quoting_it() {
    let problems = problems("[[backend]]\nadmin_secret = 'hunter2", &[]);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("m.toml: line 2, column "),
        "{problems:?}"
    );
    assert!(!problems[0].contains("hunter2"), "{problems:?}");
}

#[test]
fn sections_must_be_tables() {
    let problems = problems("grpc = 1\nbackend = 2\n", &[]);
    assert_eq!(
        problems,
        [
            "m.toml: backend: each backend is a table under the heading [[backend]]",
            "m.toml: grpc: is a table, under the heading [grpc]",
        ]
    );
}

#[test]
fn a_file_that_is_not_there_is_a_problem() {
    let flags = Flags {
        config: Some(PathBuf::from("/nowhere/m.toml")),
        ..Flags::default()
    };
    let error = Config::load(&flags, []).expect_err("no file");
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/m.toml: cannot be read: "),
        "{error}"
    );
}

#[test]
fn the_two_ports_must_differ() {
    let file = "[http]\nlisten = '127.0.0.1:50051'";
    let expected =
        "m.toml: http.listen: is the address of grpc.listen as well; give each its own port";
    assert_eq!(problems(file, &[]), [expected]);
    config(
        "[grpc]\nlisten='127.0.0.1:0'\n[http]\nlisten='127.0.0.1:0'",
        &[],
    );
}

#[test]
fn an_origin_is_what_a_browser_sends() {
    for wrong in [
        "https://a.example/",
        "a.example",
        "https://a.example/page",
        "https://A.example",
    ] {
        let file = format!("[grpc]\ncors_allowed_origins = ['*', '{wrong}']");
        let problems = problems(&file, &[]);
        assert!(
            problems[0].starts_with("m.toml: grpc.cors_allowed_origins[1]: must be"),
            "{problems:?}"
        );
    }
}

#[test]
fn unknown_variables_are_warned_of_with_the_nearest_name() {
    let warnings = warnings(&[
        ("MEDIAPLANE_GRPC_LISTN", "x"),
        ("MEDIAPLANE_LOG_LEVEL", "info"),
        ("PATH", "/bin"),
    ]);
    assert_eq!(
        warnings,
        [
            "MEDIAPLANE_GRPC_LISTN: unknown variable, ignored; did you mean `MEDIAPLANE_GRPC_LISTEN`?"
        ]
    );
}
