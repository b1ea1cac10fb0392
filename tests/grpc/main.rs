//! The service over real gRPC, in this process and on free ports.

mod bad_input;
mod events;
mod media;
mod p2p;
mod scripted;
mod service;
mod stack;
mod stop;
