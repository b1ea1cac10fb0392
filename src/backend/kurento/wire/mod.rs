//! Kurento's JSON-RPC 2.0, as values.

mod call;
mod event;
mod incoming;
mod object;
mod request;

pub(super) use call::{Call, Create, Crypto, Node, Operation, Target, media_type};
pub(super) use event::{Event, Happening};
pub(super) use incoming::{Incoming, Refusal, Reply, read};
pub(super) use object::{Element, Hub, Id, Pipeline, WrongKind};
pub(super) use request::{connect, ping, request, transaction};
