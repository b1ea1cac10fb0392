//! The configuration as an operator meets it: layers, mistakes, backends and their secrets, the default file.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;

use super::layers::schema;
use super::*;
use crate::telemetry::{PLACEHOLDER, Redacted, log};

type Variables<'a> = &'a [(&'a str, &'a str)];

fn owned(variables: Variables<'_>) -> impl Iterator<Item = (String, String)> {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
}

fn load_with(file: &str, variables: Variables<'_>, flags: Flags) -> Result<Loaded, Error> {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("m.toml");
    fs::write(&path, file).expect("written");
    Config::load(
        &Flags {
            config: Some(path),
            ..flags
        },
        owned(variables),
    )
}

fn load(file: &str, variables: Variables<'_>) -> Result<Loaded, Error> {
    load_with(file, variables, Flags::default())
}

fn config(file: &str, variables: Variables<'_>) -> Config {
    load(file, variables).expect("a sound configuration").config
}

/// The problems, with the file under a name that does not differ by run.
fn problems(file: &str, variables: Variables<'_>) -> Vec<String> {
    let error = load(file, variables).expect_err("a wrong configuration");
    let shown = |problem: &Problem| match problem.source {
        Source::File(_) => Problem {
            source: Source::File("m.toml".into()),
            ..problem.clone()
        }
        .to_string(),
        _ => problem.to_string(),
    };
    error.problems().iter().map(shown).collect()
}

fn warnings(variables: Variables<'_>) -> Vec<String> {
    let loaded = load("", variables).expect("a sound configuration");
    loaded.warnings.iter().map(ToString::to_string).collect()
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// What a driver's own table looks like.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Driver {
    url: String,
    #[serde(default)]
    admin_secret: Option<Redacted<String>>,
    #[serde(default)]
    retries: u32,
    #[serde(default)]
    plugins: Vec<String>,
    #[serde(default, with = "humantime_serde")]
    pause: Duration,
}

fn driver(config: &Config, index: usize) -> Result<Driver, Error> {
    config.backends[index].options.parse()
}

#[test]
fn each_layer_goes_over_the_one_below() {
    let file = "[grpc]\nlisten='127.0.0.1:1'\n[http]\nlisten='127.0.0.1:2'\n[log]\nlevel='warn'";
    let variables = [
        ("MEDIAPLANE_HTTP_LISTEN", "127.0.0.1:3"),
        ("MEDIAPLANE_LOG_LEVEL", "debug"),
    ];
    let flags = Flags {
        log_level: Some("trace".to_owned()),
        ..Flags::default()
    };
    let config = load_with(file, &variables, flags).expect("sound").config;
    assert_eq!(
        config.grpc.listen,
        address("127.0.0.1:1"),
        "file over default"
    );
    assert_eq!(
        config.http.listen,
        address("127.0.0.1:3"),
        "environment over file"
    );
    assert_eq!(config.log.level, "trace", "flag over environment");
    assert_eq!(
        config.session,
        Session::default(),
        "default where nothing is said"
    );
}

#[test]
fn without_a_file_the_defaults_stand() {
    let mut config = Config::load(&Flags::default(), []).expect("sound").config;
    assert!(!config.service.instance.is_empty(), "the host's name");
    config.service.instance.clear();
    assert_eq!(config, Config::default());
}

#[test]
fn every_flag_is_laid_over() {
    let flags = Flags {
        config: None,
        grpc_listen: Some(address("127.0.0.1:1")),
        http_listen: Some(address("[::1]:2")),
        log_level: Some("debug".to_owned()),
        log_format: Some(log::Format::Json),
        backends: vec!["janus=ws://a".parse().expect("kind and URL")],
    };
    let config = Config::load(&flags, []).expect("sound").config;
    assert_eq!(config.grpc.listen, address("127.0.0.1:1"));
    assert_eq!(config.http.listen, address("[::1]:2"));
    assert_eq!(
        config.log,
        Log {
            level: "debug".to_owned(),
            format: log::Format::Json
        }
    );
    assert_eq!(config.backends[0].name, "janus-1");
    assert_eq!(driver(&config, 0).expect("sound").url, "ws://a");
    assert!("janus".parse::<KindAndUrl>().is_err());
}

#[test]
fn every_key_has_a_variable_of_any_type() {
    let config = config(
        "",
        &[
            ("MEDIAPLANE_GRPC_MAX_MESSAGE_BYTES", "2048"),
            ("MEDIAPLANE_GRPC_GZIP", "false"),
            (
                "MEDIAPLANE_GRPC_CORS_ALLOWED_ORIGINS",
                "https://a.example, http://b.example:81",
            ),
            ("MEDIAPLANE_SESSION_TRICKLE_ICE_TIMEOUT", "250ms"),
            ("MEDIAPLANE_LOG_FORMAT", "json"),
            ("MEDIAPLANE_SERVICE_INSTANCE", "7"),
        ],
    );
    assert_eq!(config.grpc.max_message_bytes, 2048);
    assert!(!config.grpc.gzip);
    assert_eq!(
        config.grpc.cors_allowed_origins,
        ["https://a.example", "http://b.example:81"]
    );
    assert_eq!(
        config.session.trickle_ice_timeout,
        Duration::from_millis(250)
    );
    assert_eq!(config.log.format, log::Format::Json);
    assert_eq!(
        config.service.instance, "7",
        "text that looks like a number stays text"
    );
}

#[test]
fn a_list_may_be_empty_or_toml() {
    let origins = |value| {
        config("", &[("MEDIAPLANE_GRPC_CORS_ALLOWED_ORIGINS", value)])
            .grpc
            .cors_allowed_origins
    };
    assert!(origins("").is_empty());
    assert_eq!(origins("*"), ["*"]);
    assert_eq!(origins("['https://a.example']"), ["https://a.example"]);
}

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

#[test]
fn variables_of_other_programs_and_of_kubernetes_are_left_alone() {
    let silent = [
        ("MEDIAPLANE_ADDRESS", "http://127.0.0.1:50051"),
        ("MEDIAPLANE_CONFIG", "m.toml"),
        ("MEDIAPLANE_TEST_JANUS", "/usr/bin/janus"),
        ("MEDIAPLANE_SERVICE_HOST", "10.0.0.1"),
        ("MEDIAPLANE_SERVICE_PORT", "50051"),
        ("MEDIAPLANE_SERVICE_PORT_GRPC", "50051"),
        ("MEDIAPLANE_PORT", "tcp://10.0.0.1:50051"),
        ("MEDIAPLANE_PORT_50051_TCP", "tcp://10.0.0.1:50051"),
        ("MEDIAPLANE_PORT_50051_TCP_ADDR", "10.0.0.1"),
        ("MEDIAPLANE_BACKEND_0_SERVICE_HOST", "10.0.0.2"),
        ("MEDIAPLANE_BACKEND_0_PORT_8188_TCP_PROTO", "tcp"),
    ];
    assert!(warnings(&silent).is_empty(), "{:?}", warnings(&silent));
    assert!(config("", &silent).backends.is_empty());
}

#[test]
fn a_backend_is_its_common_keys_and_those_of_its_driver() {
    let file = "[[backend]]\nkind='janus'\nname='one'\npriority=-3\nmax_sessions=9\nurl='ws://a'\nretries=2\n\
                [[backend]]\nkind='janus'\nurl='ws://b'";
    let config = config(file, &[]);
    let [one, two] = config.backends.as_slice() else {
        panic!("two backends")
    };
    assert_eq!(
        (one.name.as_str(), one.priority, one.max_sessions),
        ("one", -3, 9)
    );
    assert_eq!(
        (two.name.as_str(), two.priority, two.max_sessions),
        ("janus-2", 0, 0)
    );
    let one = driver(&config, 0).expect("sound");
    assert_eq!((one.url.as_str(), one.retries), ("ws://a", 2));
}

#[test]
fn a_backend_can_be_changed_and_made_by_variables() {
    let variables = [
        ("MEDIAPLANE_BACKEND_1_URL", "ws://b"),
        ("MEDIAPLANE_BACKEND_1_KIND", "janus"),
        ("MEDIAPLANE_BACKEND_1_ADMIN_SECRET", "12345"),
        ("MEDIAPLANE_BACKEND_1_PAUSE", "2s"),
        ("MEDIAPLANE_BACKEND_0_URL", "ws://a2"),
        ("MEDIAPLANE_BACKEND_0_RETRIES", "4"),
        ("MEDIAPLANE_BACKEND_0_PRIORITY", "2"),
        ("MEDIAPLANE_BACKEND_0_PLUGINS", "sfu,mcu"),
    ];
    let config = config("[[backend]]\nkind='janus'\nurl='ws://a'", &variables);
    let one = driver(&config, 0).expect("sound");
    assert_eq!(
        (one.url.as_str(), one.retries, config.backends[0].priority),
        ("ws://a2", 4, 2)
    );
    assert_eq!(one.plugins, ["sfu", "mcu"]);
    let two = driver(&config, 1).expect("sound");
    assert_eq!(
        (two.url.as_str(), two.pause),
        ("ws://b", Duration::from_secs(2))
    );
    assert_eq!(two.admin_secret, Some(Redacted::new("12345".to_owned())));
    assert_eq!(
        problems("", &[("MEDIAPLANE_BACKEND_1_URL", "ws://b")]),
        ["MEDIAPLANE_BACKEND_1_URL: there is no backend[1]: the next one is 0"]
    );
}

#[test]
fn the_common_keys_of_a_backend_are_checked() {
    let file = "[[backend]]\nkind='jannus'\n[[backend]]\nurl='ws://a'\n\
                [[backend]]\nkind='janus'\nname='a b'\n[[backend]]\nkind='janus'\nname='a b'\nmax_sessions=-1";
    let names = "must be 1 to 256 of A-Z a-z 0-9 . _ ~ -";
    assert_eq!(
        problems(file, &[]),
        [
            "m.toml: backend[0].kind: `jannus` is not a known kind, which are: janus; did you mean `janus`?",
            "m.toml: backend[1].kind: is mandatory: one of janus",
            &format!("m.toml: backend[2].name: {names}"),
            "m.toml: backend[3].max_sessions: invalid value: integer `-1`, expected u32",
            &format!("m.toml: backend[3].name: {names}"),
            "m.toml: backend[3].name: `a b` is the name of another backend as well",
        ]
    );
}

#[test]
fn a_drivers_mistakes_read_like_all_others() {
    let file = "[[backend]]\nkind='janus'\nprority=1\nadmn_secret='hunter2'\nretries='x'\nadmin_secret=12345";
    let error = driver(&config(file, &[]), 0).expect_err("wrong");
    let shown: Vec<_> = error
        .problems()
        .iter()
        .map(|p| format!("{}: {}", p.path, p.message))
        .collect();
    assert_eq!(
        shown,
        [
            "backend[0].admn_secret: unknown key; did you mean `admin_secret`?",
            "backend[0].prority: unknown key; did you mean `priority`?",
            "backend[0].admin_secret: must be a string",
            "backend[0].retries: invalid type: string \"x\", expected u32",
        ]
    );
    let error = driver(&config("[[backend]]\nkind='janus'", &[]), 0).expect_err("no URL");
    assert!(
        error
            .to_string()
            .ends_with("backend[0]: missing field `url`"),
        "{error}"
    );
}

#[test]
fn a_secret_is_read_from_its_file() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("secret");
    fs::write(&path, "hunter2\n").expect("written");
    let file = format!(
        "[[backend]]\nkind='janus'\nurl='ws://a'\nadmin_secret_file='{}'",
        path.display()
    );
    let one = driver(&config(&file, &[]), 0).expect("sound");
    assert_eq!(one.admin_secret, Some(Redacted::new("hunter2".to_owned())));

    let higher = config(&file, &[("MEDIAPLANE_BACKEND_0_ADMIN_SECRET", "other")]);
    let one = driver(&higher, 0).expect("the higher layer's secret");
    assert_eq!(one.admin_secret, Some(Redacted::new("other".to_owned())));

    let both = config(&format!("{file}\nadmin_secret='x'"), &[]);
    let error = driver(&both, 0).expect_err("both in one layer").to_string();
    assert!(
        error.ends_with("admin_secret_file: `admin_secret` is set as well; give one of them"),
        "{error}"
    );

    fs::write(&path, "\n").expect("written");
    let error = driver(&config(&file, &[]), 0)
        .expect_err("an empty file")
        .to_string();
    assert!(error.ends_with("is empty"), "{error}");
    fs::remove_file(&path).expect("removed");
    let error = driver(&config(&file, &[]), 0)
        .expect_err("no file")
        .to_string();
    assert!(error.contains("admin_secret_file: cannot read "), "{error}");
}

#[test]
fn nothing_shows_a_secret() {
    let file = "[[backend]]\nkind='janus'\nurl='ws://me:hunter2@a'\nadmin_secret='hunter2'\ntoken='hunter2'";
    let config = config(file, &[]);
    let shown = format!("{config:?}{}", toml::to_string(&config).expect("TOML"));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(shown.matches(PLACEHOLDER).count(), 4, "{shown}");
}

#[test]
fn the_default_file_is_the_default_and_names_every_key() {
    let loaded = Layers::from_text(DEFAULT_FILE);
    assert_eq!(Config::typed(loaded).expect("sound"), Config::default());
    let table: toml::Table = DEFAULT_FILE.parse().expect("TOML");
    for (section, keys) in schema() {
        for key in keys {
            assert!(table[section].get(key).is_some(), "{section}.{key}");
        }
    }
}

#[test]
fn the_backend_of_the_default_file_is_sound() {
    let uncommented: Vec<_> = DEFAULT_FILE
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with(' '))
                .unwrap_or(line)
        })
        .collect();
    let config = Config::typed(Layers::from_text(&uncommented.join("\n"))).expect("sound");
    assert_eq!(config.backends[0].name, "janus-1");
    assert!(
        uncommented.contains(&"max_sessions = 0"),
        "every common key is shown"
    );
}

fn run(command: &Command, driver: impl Fn(&Backend) -> Result<(), Error>) -> (bool, String) {
    let mut out = Vec::new();
    let sound = command
        .run([], driver, &mut out)
        .expect("written to memory");
    (sound, String::from_utf8(out).expect("UTF-8"))
}

#[test]
fn config_default_prints_the_default_file() {
    assert_eq!(
        run(&Command::Default, |_| Ok(())),
        (true, DEFAULT_FILE.to_owned())
    );
}

#[test]
fn config_check_prints_what_would_run_or_what_is_wrong() {
    let flags = |backend: &str| Flags {
        backends: vec![backend.parse().expect("kind and URL")],
        ..Flags::default()
    };
    let driver = |backend: &Backend| backend.options.parse::<Driver>().map(drop);

    let (sound, page) = run(&Command::Check(flags("janus=ws://me:hunter2@a")), driver);
    assert!(
        sound && page.starts_with("# ok\n") && !page.contains("hunter2"),
        "{page}"
    );
    let effective: toml::Table = page.parse().expect("the page is TOML");
    assert_eq!(
        effective["grpc"]["listen"].as_str(),
        Some("127.0.0.1:50051")
    );
    assert_eq!(
        effective["backend"][0]["url"].as_str(),
        Some("ws://me:redacted@a/")
    );

    let (sound, page) = run(&Command::Check(flags("kurento=ws://a")), driver);
    assert!(
        !sound && page.contains("--backend: backend[0].kind: `kurento`"),
        "{page}"
    );

    let refused = |backend: &Backend| {
        let mut checks = backend.options.checks();
        checks.require("url", false, "is not to be reached");
        checks.finish()
    };
    let (sound, page) = run(&Command::Check(flags("janus=ws://a")), refused);
    assert_eq!(
        (sound, page.as_str()),
        (false, "--backend: backend[0].url: is not to be reached\n")
    );
}
