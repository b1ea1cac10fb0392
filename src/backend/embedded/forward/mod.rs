//! Forwarding: what happens to a packet between the one who sends it and one who receives it.
//!
//! Pure machines without clock, socket or lock; all times are arguments. Nothing is allocated for a
//! packet, and its payload is shared by all receivers.
//!
//! Reading order: [`Rewriter`] makes one seamless outgoing track from the sources that follow each
//! other on it, with [`numbers`] for what VP8 and VP9 count within their payloads and [`keyframe`]
//! for where a picture may begin. [`Keyframes`] limits what is asked of one source. [`Layers`]
//! picks a simulcast layer for one receiver from what [`Meter`]s measured, and [`Flow`] notices
//! that media begins or stops.

mod flow;
pub mod keyframe;
mod layers;
mod meter;
pub mod numbers;
mod requests;
mod rewriter;
mod window;

pub use flow::Flow;
pub use layers::{Layer, Layers};
pub use meter::Meter;
pub use requests::Keyframes;
pub use rewriter::{Out, Rewriter, Source};
