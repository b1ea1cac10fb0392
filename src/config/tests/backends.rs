//! Backends: common keys, the driver's own, and secrets.

use std::fs;
use std::time::Duration;

use super::*;
use crate::telemetry::{PLACEHOLDER, Redacted};

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
            "m.toml: backend[0].kind: `jannus` is not a known kind, which are: embedded, freeswitch, janus, kurento; did you mean `janus`?",
            "m.toml: backend[1].kind: is mandatory: one of embedded, freeswitch, janus, kurento",
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
