//! The default file, and what `mediaplane config` prints.

use super::*;
use crate::config::layers::schema;

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

    let (sound, page) = run(&Command::Check(flags("mixer=ws://a")), driver);
    assert!(
        !sound && page.contains("--backend: backend[0].kind: `mixer`"),
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
