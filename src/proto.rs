//! The messages, clients and servers of the API, generated from `proto/mediaplane/v1/`.
//!
//! Their documentation is that of the `.proto` files, which are the API reference.

#![allow(
    missing_docs,
    clippy::default_trait_access,
    clippy::large_enum_variant,
    reason = "generated code"
)]

tonic::include_proto!("mediaplane.v1");

/// The descriptors of all files of the API and of what they import, as an encoded `FileDescriptorSet`: for server
/// reflection and for JSON.
pub const FILE_DESCRIPTOR_SET: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/mediaplane.binpb"));
