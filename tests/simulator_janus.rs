//! The Janus simulator against what a real Janus said: recorded requests are sent to it, its replies are compared.

mod support;

#[path = "simulators/janus/mod.rs"]
mod janus_simulator;
#[path = "simulators/orders.rs"]
mod orders;

mod simulator_janus {
    mod faults;
    mod replay;
}
