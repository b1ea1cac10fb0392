//! Compiles the API contract to Rust, with a compiler written in Rust: no `protoc` has to be installed.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;
use tonic_prost_build::Config;

const ROOT: &str = "proto";
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
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ROOT}/mediaplane/v1");
    // Files that come or go; a change of one is seen by the compiler.
    println!("cargo:rerun-if-changed=console/dist");
    let files = FILES.map(|file| format!("{ROOT}/mediaplane/v1/{file}.proto"));
    let descriptors = protox::compile(files, [ROOT])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("mediaplane.binpb"), descriptors.encode_to_vec())?;
    let mut builder = tonic_prost_build::configure().emit_rerun_if_changed(false);
    for path in BOXED {
        builder = builder.boxed(path);
    }
    let mut config = Config::new();
    config.enable_type_names();
    builder.compile_fds_with_config(descriptors, config)?;
    Ok(())
}
