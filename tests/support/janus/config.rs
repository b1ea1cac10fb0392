//! The configuration folder that a test's Janus runs with.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::{ADMIN_SECRET, Janus, subfolder};

const PLUGINS: [&str; 8] = [
    "audiobridge",
    "echotest",
    "nosip",
    "recordplay",
    "streaming",
    "textroom",
    "videocall",
    "videoroom",
];
const TRANSPORTS: [&str; 1] = ["websockets"];

/// What a test may want different about its Janus.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// `api_secret`: every request must carry it as `apisecret`.
    pub(crate) api_secret: Option<String>,
    /// `token_auth`: requests may carry a `token` made with the admin API's `add_token`.
    pub(crate) token_auth: bool,
    /// `session_timeout` in seconds: a session without a request for this long ends.
    pub(crate) session_timeout: u32,
    /// `reclaim_session_timeout` in seconds: how long a session outlives its socket, counted from its last request.
    pub(crate) reclaim_session_timeout: u32,
    /// `no_media_timer` in seconds: silence before a `media` event says so.
    pub(crate) no_media_timer: u32,
    /// Take any port of the system for WebRTC media: for more peers than a block has ports.
    pub(crate) any_media_port: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            api_secret: None,
            token_auth: false,
            session_timeout: 60,
            reclaim_session_timeout: 60,
            no_media_timer: 1,
            any_media_port: false,
        }
    }
}

/// The server's program.
///
/// # Panics
/// If it is not installed.
pub(super) fn binary() -> PathBuf {
    find().expect("Janus is not installed: `apt-get install janus` on Debian or Ubuntu")
}

/// The server's program, if it is installed.
pub(super) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/opt/janus/bin".into()])
        .map(|folder| folder.join("janus"))
        .find(|file| file.is_file())
}

/// Writes the configuration folder and makes the folders that it names.
pub(super) fn write(janus: &Janus) {
    let folder = subfolder(janus.folder.path(), "config");
    subfolder(janus.folder.path(), "recordings");
    let recordplay = subfolder(janus.folder.path(), "recordplay");
    let [_, nosip, audiobridge, streaming] = ranges(janus);
    let ip = janus.media_ip;

    let strings = "general: { string_ids = true }".to_owned();
    let with_rtp = |range: &str| {
        format!(
            "general: {{ string_ids = true, local_ip = \"{ip}\", rtp_port_range = \"{range}\" }}"
        )
    };
    let files = [
        ("janus", core(janus)),
        ("janus.transport.websockets", websockets(janus)),
        ("janus.plugin.audiobridge", with_rtp(&audiobridge)),
        ("janus.plugin.echotest", "general: {}".to_owned()),
        (
            "janus.plugin.nosip",
            format!("general: {{ local_ip = \"{ip}\", rtp_port_range = \"{nosip}\" }}"),
        ),
        (
            "janus.plugin.recordplay",
            format!("general: {{ path = \"{}\" }}", recordplay.display()),
        ),
        ("janus.plugin.streaming", with_rtp(&streaming)),
        ("janus.plugin.textroom", strings.clone()),
        ("janus.plugin.videocall", "general: {}".to_owned()),
        ("janus.plugin.videoroom", strings),
    ];
    for (name, text) in files {
        fs::write(folder.join(format!("{name}.jcfg")), text)
            .expect("a configuration file can be written");
    }
}

fn core(janus: &Janus) -> String {
    let options = &janus.options;
    let installed = installation();
    let [rtp, ..] = ranges(janus);
    let rtp_port_range = match options.any_media_port {
        true => String::new(),
        false => format!("rtp_port_range = \"{rtp}\""),
    };
    let api_secret = options
        .api_secret
        .as_ref()
        .map(|secret| format!("api_secret = \"{secret}\""))
        .unwrap_or_default();
    format!(
        r#"general: {{
  configs_folder = "{configs}"
  plugins_folder = "{installed}/plugins"
  transports_folder = "{installed}/transports"
  events_folder = "{installed}/events"
  loggers_folder = "{installed}/loggers"
  debug_level = 4
  debug_colors = false
  debug_timestamps = true
  server_name = "mediaplane-test"
  admin_secret = "{ADMIN_SECRET}"
  {api_secret}
  token_auth = {token_auth}
  session_timeout = {session_timeout}
  reclaim_session_timeout = {reclaim}
  opaqueid_in_api = true
  protected_folders = []
}}
media: {{
  no_media_timer = {no_media_timer}
  {rtp_port_range}
}}
nat: {{
  ice_enforce_list = "{ip}"
  full_trickle = false
}}
plugins: {{ disable = "{unused_plugins}" }}
transports: {{ disable = "{unused_transports}" }}
events: {{ broadcast = false }}
"#,
        configs = janus.config_folder().display(),
        installed = installed.display(),
        token_auth = options.token_auth,
        session_timeout = options.session_timeout,
        reclaim = options.reclaim_session_timeout,
        no_media_timer = options.no_media_timer,
        ip = janus.media_ip,
        unused_plugins = unused(&installed.join("plugins"), &PLUGINS),
        unused_transports = unused(&installed.join("transports"), &TRANSPORTS),
    )
}

fn websockets(janus: &Janus) -> String {
    format!(
        r#"general: {{ json = "compact", ws = true, ws_ip = "127.0.0.1", ws_port = {} }}
admin: {{ admin_ws = true, admin_ws_ip = "127.0.0.1", admin_ws_port = {} }}
"#,
        janus.ports.tcp(0),
        janus.ports.tcp(1),
    )
}

/// Port ranges of the core, nosip, audiobridge and streaming, as Janus writes them.
fn ranges(janus: &Janus) -> [String; 4] {
    let text = |range: RangeInclusive<u16>| format!("{}-{}", range.start(), range.end());
    std::array::from_fn(|n| {
        text(
            janus
                .ports
                .udp(u16::try_from(n).expect("n is below four"), 4),
        )
    })
}

/// The folder that holds Janus' plugins and transports.
fn installation() -> PathBuf {
    let by_architecture = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    by_architecture
        .map(|entry| entry.path().join("janus"))
        .chain(
            [
                "/usr/lib/janus",
                "/usr/local/lib/janus",
                "/opt/janus/lib/janus",
            ]
            .map(PathBuf::from),
        )
        .find(|folder| folder.join("plugins").is_dir())
        .expect("an installed Janus has a folder of plugins")
}

/// The modules in `folder` that are not among `used`, as a list for `disable`.
fn unused(folder: &Path, used: &[&str]) -> String {
    let entries = fs::read_dir(folder).expect("an installed Janus has its folders of modules");
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".so"))
        .filter(|name| {
            !used
                .iter()
                .any(|module| *name == format!("libjanus_{module}.so"))
        });
    names.collect::<Vec<_>>().join(",")
}
