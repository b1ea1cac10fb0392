//! Each layer says its part, and the higher one wins.

use std::time::Duration;

use super::*;

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
fn the_console_is_on_where_only_this_machine_gets_there_or_where_it_is_wanted() {
    let http = |file: &str, variables| config(&format!("[http]\n{file}"), variables).http;
    let (local, open) = (address("127.0.0.1:80"), address("0.0.0.0:80"));
    let auto = http("", &[]).console;
    assert!(auto.is_on(local) && auto.is_on(address("[::1]:80")) && !auto.is_on(open));
    assert!(http("console = true", &[]).console.is_on(open));
    assert!(!http("console = false", &[]).console.is_on(local));
    let variables = [
        ("MEDIAPLANE_HTTP_CONSOLE", "false"),
        ("MEDIAPLANE_HTTP_CONSOLE_READ_ONLY", "true"),
    ];
    let said = http("console = true", &variables);
    assert!(!said.console.is_on(local) && said.console_read_only);
    assert_eq!(
        problems("[http]\nconsole = \"maybe\"", &[]),
        ["m.toml: http.console: invalid value: string \"maybe\", expected true, false or \"auto\""]
    );
}
