//! The FreeSWITCH simulator against what a real FreeSWITCH said: recorded commands and requests are sent to it, its
//! replies and events are compared.

#[path = "simulators/freeswitch/mod.rs"]
mod freeswitch_simulator;
#[path = "simulators/orders.rs"]
mod orders;

mod simulator_freeswitch {
    mod agent;
    mod calls;
    mod catalog;
    mod client;
    mod faults;
    mod recorded;
    mod replay;
    mod sessions;
}
