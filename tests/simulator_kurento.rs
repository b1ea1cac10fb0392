//! The Kurento simulator against what a real Kurento said: recorded requests are sent to it, its replies are compared.

#[path = "simulators/kurento/mod.rs"]
mod kurento_simulator;
#[path = "simulators/orders.rs"]
mod orders;

mod simulator_kurento {
    mod client;
    mod compare;
    mod faults;
    mod media;
    mod replay;
    mod world;
}
