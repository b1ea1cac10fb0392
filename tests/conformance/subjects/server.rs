//! What is behind a subject's backend.

use std::sync::Arc;

use mediaplane::backend::kurento::Kurento;
use mediaplane::backend::{Backend, janus};
use tokio_util::sync::CancellationToken;

use super::embedded::Inside;
use super::freeswitch::{self, RealFreeSwitch};
use super::janus::{Real, simulated};
use super::kurento::{self, RealKurento};
use super::{Setup, Which};
use crate::janus_simulator::Simulator;
use crate::kurento_simulator;

/// What is behind the backend.
pub(super) enum Server {
    None,
    Simulator(Simulator, Arc<janus::Janus>),
    Janus(Box<Real>),
    Embedded(Inside),
    KurentoSimulator(kurento_simulator::Simulator, Arc<Kurento>),
    Kurento(Box<RealKurento>),
    FreeSwitchSimulator(freeswitch::Simulated),
    FreeSwitch(Box<RealFreeSwitch>),
}

impl Server {
    pub(super) async fn start(which: Which, setup: Setup, shutdown: &CancellationToken) -> Server {
        match which {
            Which::p2p => Server::None,
            Which::janus_simulator => {
                let (simulator, driver) = simulated(setup, shutdown).await;
                Server::Simulator(simulator, driver)
            }
            Which::janus => Server::Janus(Box::new(Real::start(setup, shutdown).await)),
            Which::embedded => Server::Embedded(Inside::start(setup, shutdown)),
            Which::kurento_simulator => {
                let (simulator, driver) = kurento::simulated(setup, shutdown).await;
                Server::KurentoSimulator(simulator, driver)
            }
            Which::kurento => Server::Kurento(Box::new(RealKurento::start(setup, shutdown).await)),
            Which::freeswitch_simulator => {
                Server::FreeSwitchSimulator(freeswitch::Simulated::start(setup, shutdown).await)
            }
            Which::freeswitch => {
                Server::FreeSwitch(Box::new(freeswitch::real(setup, shutdown).await))
            }
        }
    }

    pub(super) fn driver(&self) -> Option<Arc<dyn Backend>> {
        match self {
            Server::None => None,
            Server::Simulator(_, driver) => Some(driver.clone()),
            Server::Janus(real) => Some(real.driver.clone()),
            Server::Embedded(inside) => Some(inside.driver.clone()),
            Server::KurentoSimulator(_, driver) => Some(driver.clone()),
            Server::Kurento(real) => Some(real.driver.clone()),
            Server::FreeSwitchSimulator(simulated) => Some(simulated.driver.clone()),
            Server::FreeSwitch(real) => Some(real.driver.clone()),
        }
    }

    /// Waits until the driver has left, after it was told to.
    pub(super) async fn stopped(&self) {
        match self {
            Server::None => {}
            Server::Simulator(_, driver) => driver.stopped().await,
            Server::Janus(real) => real.driver.stopped().await,
            Server::Embedded(inside) => inside.driver.stopped().await,
            Server::KurentoSimulator(_, driver) => driver.stopped().await,
            Server::Kurento(real) => real.driver.stopped().await,
            Server::FreeSwitchSimulator(simulated) => simulated.driver.stopped().await,
            Server::FreeSwitch(real) => real.driver.stopped().await,
        }
    }
}
