//! The service takes the configurations that `deploy/` brings.

use std::{fs, path::Path, process::Command};

/// What `mediaplane config check` says of a file, with these variables.
fn check(config: &Path, variables: &[(&str, &str)]) {
    let output = Command::new(env!("CARGO_BIN_EXE_mediaplane"))
        .args(["config", "check", "--config"])
        .arg(config)
        .envs(variables.iter().copied())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {said}", config.display());
    assert!(said.starts_with("# ok"), "{}: {said}", config.display());
    assert!(!said.contains("warning"), "{}: {said}", config.display());
}

/// What Helm makes of the chart's ConfigMap; nothing where there is no Helm.
fn rendered(example: &Path) -> Option<String> {
    let output = Command::new(".cache/bin/helm")
        .args([
            "template",
            "x",
            "deploy/helm/mediaplane",
            "--show-only",
            "templates/configmap.yaml",
            "--values",
        ])
        .arg(example)
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let map = String::from_utf8(output.stdout).expect("text");
    let (_, block) = map
        .split_once("mediaplane.toml: |\n")
        .expect("the configuration");
    Some(block.replace("\n    ", "\n"))
}

#[test]
fn the_examples_of_the_chart_are_configurations() {
    let folder = tempfile::tempdir().expect("a folder");
    let secrets = [("janus", "admin"), ("freeswitch", "password")];
    for (secret, key) in secrets {
        fs::create_dir(folder.path().join(secret)).expect("made");
        fs::write(folder.path().join(secret).join(key), "a secret").expect("written");
    }
    let mut checked = 0;
    for example in fs::read_dir("deploy/helm/examples").expect("examples") {
        let example = example.expect("an example").path();
        let Some(config) = rendered(&example) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "Helm is missing: run `make check`"
            );
            println!("skipped: there is no Helm in .cache/bin; `make check` builds it");
            return;
        };
        let here = folder.path().to_str().expect("text");
        let file = folder.path().join("mediaplane.toml");
        fs::write(&file, config.replace("/run/secrets", here)).expect("written");
        let contact = [("MEDIAPLANE_BACKEND_1_SIP_CONTACT", "192.0.2.7:5062")];
        let calls_back = config.contains("freeswitch");
        check(&file, if calls_back { &contact } else { &[] });
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[test]
fn the_files_of_compose_are_configurations() {
    let mut checked = 0;
    for file in fs::read_dir("deploy/compose").expect("files") {
        let file = file.expect("a file").path();
        if file
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let secrets =
                ["PASSWORD", "ADMIN_SECRET"].map(|key| format!("MEDIAPLANE_BACKEND_0_{key}"));
            let text = fs::read_to_string(&file).expect("text");
            let own = match text.contains("freeswitch") {
                true => &secrets[..1],
                false if text.contains("janus") => &secrets[1..],
                false => &[],
            };
            let variables: Vec<_> = own.iter().map(|key| (key.as_str(), "a secret")).collect();
            check(&file, &variables);
            checked += 1;
        }
    }
    assert!(checked >= 2, "{checked}");
}
