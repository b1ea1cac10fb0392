//! Makes the Rust code of the API, with a compiler written in Rust: no `protoc` has to be installed.

use std::{env, error::Error, fs};

use tonic_prost_build::Config;

const FILES: [&str; 5] = ["types", "room", "backend", "event", "session"];
/// Variants that would make every value of their `oneof` as large as a whole session or room.
const BOXED: [&str; 5] = [
    ".mediaplane.v1.Event.kind.created",
    ".mediaplane.v1.Event.kind.room_created",
    ".mediaplane.v1.Event.kind.room_updated",
    ".mediaplane.v1.Snapshot.state.session",
    ".mediaplane.v1.Snapshot.state.room",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(root), Some(out), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: mediaplane-client-generate PROTO_FOLDER OUT_FOLDER".into());
    };
    let files = FILES.map(|file| format!("{root}/mediaplane/v1/{file}.proto"));
    let descriptors = protox::compile(files, [&root])?;
    fs::create_dir_all(&out)?;
    let mut builder = tonic_prost_build::configure()
        .build_server(false)
        .emit_rerun_if_changed(false)
        .out_dir(&out);
    for path in BOXED {
        builder = builder.boxed(path);
    }
    let mut config = Config::new();
    config.enable_type_names();
    builder.compile_fds_with_config(descriptors, config)?;
    Ok(())
}
