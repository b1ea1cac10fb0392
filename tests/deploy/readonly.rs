//! The program where an image has it: alone with the C library on a read-only file system, and not as root.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command as Blocking,
    time::Duration,
};

use mediaplane::proto::{
    RecorderActionRequest,
    recorder_action_request::{Action, Start, Stop},
};
use tokio::process::Command;

use crate::{
    program,
    support::{
        ffprobe,
        media::Kind,
        network::media_address,
        peer::{Options, Peer},
        received::Receives as _,
        service::Service,
    },
};

/// `nonroot` of distroless images, and of the chart.
const USER: u32 = 65532;
/// What `gcr.io/distroless/cc` has: the C library and GCC's.
const LIBRARIES: [&str; 6] = [
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
];
/// Binds ROOT on itself without the right to write, and in it the program, the recordings and a `/tmp`, as a container
/// with a read-only root file system has them. Then it becomes the program, as USER.
const CONTAINER: &str = r#"set -e
mount --bind "$ROOT" "$ROOT"
mount --bind "$PROGRAM" "$ROOT/mediaplane"
mount --bind "$RECORDINGS" "$ROOT/srv/recordings"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
mount -o remount,bind,ro "$ROOT"
exec chroot --userspec="$USER_ID:$USER_ID" --groups= "$ROOT" /mediaplane serve --config /mediaplane.toml"#;

#[tokio::test]
async fn it_serves_and_records_on_a_read_only_file_system_as_nobody_special() {
    if let Err(reason) = can_mount() {
        println!("skipped: {reason}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    let recordings = folder.path().join("recordings");
    fill(&root, &recordings);
    let service = Service::run(container(&root, &recordings), folder).await;
    let id = service.process.id().expect("it runs");

    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    assert!(
        status.contains(&format!("Uid:\t{USER}\t{USER}\t{USER}\t{USER}\n")),
        "{status}"
    );
    assert!(status.contains("CapEff:\t0000000000000000\n"), "{status}");
    let refused = fs::write(format!("/proc/{id}/root/written"), "by root").expect_err("read-only");
    assert_eq!(refused.kind(), std::io::ErrorKind::ReadOnlyFilesystem);
    assert!(
        healthy(id, &service.address).await,
        "the health check of the image"
    );

    let file = echo_and_record(&service).await;
    let name = file
        .strip_prefix("file:///srv/recordings/")
        .expect("in the folder");
    let path = recordings.join(name);
    if let Some(probed) = ffprobe::probe(path.to_str().expect("text")).await {
        assert_eq!(probed.codecs(), ["opus", "vp8"]);
        assert!(
            probed.streams.iter().all(|stream| stream.packets > 20),
            "{probed:#?}"
        );
    }
    let (status, lines) = service.terminate().await;
    assert!(status.success(), "{status}: {lines:#?}");
}

/// Whether this test may mount, in a namespace of its own.
fn can_mount() -> Result<(), String> {
    if !nix::unistd::geteuid().is_root() {
        return Err("only root may bind and remount file systems".to_owned());
    }
    let tried = Blocking::new("unshare")
        .args(["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    match tried {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "no mount namespaces here: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
        Err(error) => Err(format!("unshare cannot be run: {error}")),
    }
}

/// The file system of the image: the libraries that the program asks for, and where things are mounted.
fn fill(root: &Path, recordings: &Path) {
    for folder in ["tmp", "srv/recordings"] {
        fs::create_dir_all(root.join(folder)).expect("made");
    }
    fs::write(root.join("mediaplane"), "").expect("written");
    for library in libraries() {
        let name = library
            .file_name()
            .and_then(|name| name.to_str())
            .expect("text");
        assert!(LIBRARIES.contains(&name), "{name} is not in the image");
        let to = root.join(library.strip_prefix("/").expect("absolute"));
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::copy(&library, to).expect("copied");
    }
    let config = format!(
        "[service]\nshutdown_deadline = '1s'\n[[backend]]\nkind = 'embedded'\nlisten = ['{}:0']\ntcp = false\n\
         record.folder = '/srv/recordings'\n",
        media_address()
    );
    fs::write(root.join("mediaplane.toml"), config).expect("written");
    fs::create_dir(recordings).expect("made");
    chown(recordings, Some(USER), Some(USER)).expect("given");
    fs::set_permissions(recordings, fs::Permissions::from_mode(0o750)).expect("set");
    // Folders of this test are private; the way through them must be open.
    for folder in [root, root.parent().expect("the folder of the test")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("set");
    }
}

/// The shared libraries of the program, and the one that loads them.
fn libraries() -> Vec<PathBuf> {
    let listed = Blocking::new("ldd")
        .arg(env!("CARGO_BIN_EXE_mediaplane"))
        .output();
    let listed =
        String::from_utf8(listed.expect("ldd comes with the C library").stdout).expect("text");
    let paths = listed
        .split_whitespace()
        .filter(|word| word.starts_with('/'));
    paths.map(PathBuf::from).collect()
}

fn container(root: &Path, recordings: &Path) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh", "-c", CONTAINER])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("PROGRAM", env!("CARGO_BIN_EXE_mediaplane"))
        .env("ROOT", root)
        .env("RECORDINGS", recordings)
        .env("USER_ID", USER.to_string());
    command
}

/// Asks as the HEALTHCHECK of the image does: the program itself, within the container of process `id`.
async fn healthy(id: u32, address: &str) -> bool {
    let (target, user) = (id.to_string(), USER.to_string());
    let asked = Command::new("nsenter")
        .args(["--target", &target, "--mount", "--root", "--wd=/"])
        .args(["--setuid", &user, "--setgid", &user])
        .args(["/mediaplane", "health", "--address", address])
        .output();
    let asked = tokio::time::timeout(Duration::from_secs(30), asked).await;
    let asked = asked.expect("in time").expect("nsenter comes with unshare");
    assert_eq!(
        String::from_utf8_lossy(&asked.stdout),
        "SERVING\n",
        "{asked:?}"
    );
    asked.status.success()
}

/// A client hears and sees itself and is recorded; yields the recording's URI.
async fn echo_and_record(service: &Service) -> String {
    let mut client = program::client(service).await;
    let peer = Peer::offer(Options::new(media_address(), 7).audio().video()).await;
    let session_id = program::create(&mut client, program::echo(&peer), &peer).await;
    let mut recorded = Vec::new();
    for action in [Action::Start(Start::default()), Action::Stop(Stop {})] {
        let request = RecorderActionRequest {
            session_id: session_id.clone(),
            action: Some(action),
        };
        let reply = client
            .recorder_action(request)
            .await
            .expect("it is recorded");
        recorded = reply.into_inner().recording.expect("a recording").files;
        peer.receives(Kind::Audio, 7, 50).await;
        peer.receives(Kind::Video, 7, 50).await;
    }
    recorded.remove(0).uri
}
