//! Instruments for the tests: media servers to talk to, peers that send and count real media, and a line to cut.
//!
//! Nothing here uses the crate under test. Each integration test takes what it needs with `mod support;`.

// Every test binary compiles all of this and uses a part of it.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of the instruments"
)]

pub(crate) mod aiortc;
pub(crate) mod browser;
pub(crate) mod deadline;
pub(crate) mod ffprobe;
pub(crate) mod files;
pub(crate) mod freeswitch;
pub(crate) mod janus;
pub(crate) mod kurento;
pub(crate) mod media;
pub(crate) mod network;
pub(crate) mod peer;
pub(crate) mod ports;
pub(crate) mod proxy;
pub(crate) mod received;
pub(crate) mod rtp;
pub(crate) mod s3;
pub(crate) mod sdp;
pub(crate) mod service;
pub(crate) mod tls;
