//! The driver of [FreeSWITCH](https://signalwire.com/freeswitch) 1.10: SIP makes the calls, its event socket steers them.

mod command;
pub mod config;
mod error;
pub mod esl;

pub use config::Config;
