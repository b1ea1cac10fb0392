//! What keeps the driver from its server, and that it says so.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use mediaplane::{
    backend::{Status, freeswitch::config::SipTransport},
    media::SessionType,
    proto::{BackendStatus, ListBackendsRequest, backend_service_client::BackendServiceClient},
};
use tokio::time::{Duration, Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    legs::{Opening, PATIENCE, request, rtp},
    support::{freeswitch::Address, ports::PortBlock, sdp::RTP_OF_NOBODY, service::Service},
    world::{backend, config, given, service, start, status, unique},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told() {
    let Some(address) = given() else { return };
    let wrong = Address {
        password: "wrong-password".to_owned(),
        ..address
    };
    let ports = PortBlock::claim();
    let configuration = service(&unique("wrong"), &[backend("fs", &wrong, ports.tcp(0))]);
    let service = Service::start(&[], &[], |_| configuration).await;
    let client = BackendServiceClient::connect(format!("http://{}", service.address)).await;
    let mut client = client.expect("it accepts connections");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let listed = client.list_backends(ListBackendsRequest::default()).await;
        let listed = listed.expect("a list").into_inner().backends;
        let [only] = &listed[..] else {
            panic!("one backend: {listed:?}");
        };
        assert_eq!(only.status(), BackendStatus::Down, "{only:?}");
        if only.status_message.contains("password") {
            assert!(!only.status_message.contains("wrong-password"));
            break;
        }
        assert!(Instant::now() < deadline, "{}", only.status_message);
        sleep(Duration::from_millis(50)).await;
    }
    let (status, said) = service.terminate().await;
    assert!(status.success(), "{status}");
    let told = said.iter().filter(|line| line.contains("cannot connect"));
    assert!(
        (1..=3).contains(&told.count()),
        "once, not each time: {said:#?}"
    );
    assert!(!said.concat().contains("wrong-password"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_taken_is_told_and_had_when_it_is_free() {
    let Some(address) = given() else { return };
    for transport in [SipTransport::Tcp, SipTransport::Udp] {
        let ports = PortBlock::claim();
        let at = (Ipv4Addr::LOCALHOST, ports.tcp(0));
        let taken = TcpListener::bind(at).expect("it is free");
        let taken = (taken, UdpSocket::bind(at).expect("it is free"));
        let mut config = config(&address, ports.tcp(0));
        config.sip_transport = transport;
        let shutdown = CancellationToken::new();
        let driver = start(&unique("taken"), config, &shutdown);
        let down = status(&driver, |status| match status {
            Status::Down { message } => message.contains("cannot listen for SIP"),
            Status::Up { .. } => true,
        });
        let Status::Down { message } = down.await else {
            panic!("it listens where somebody else does");
        };
        assert!(message.contains(&at.1.to_string()), "{message}");
        drop(taken);
        status(&driver, Status::is_up).await;
        let request = request(SessionType::Echo, Some(rtp(RTP_OF_NOBODY)));
        let leg = Opening::of(&*driver, request).await.expect("a call");
        leg.leg.close().await;
        shutdown.cancel();
        driver.stopped().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_never_listened_stops_all_the_same() {
    let Some(address) = given() else { return };
    let ports = PortBlock::claim();
    let at = (Ipv4Addr::LOCALHOST, ports.tcp(0));
    let _taken = TcpListener::bind(at).expect("it is free");
    let shutdown = CancellationToken::new();
    let driver = start(&unique("taken"), config(&address, ports.tcp(0)), &shutdown);
    status(&driver, |status| !status.is_up()).await;
    shutdown.cancel();
    let stopped = tokio::time::timeout(PATIENCE, driver.stopped()).await;
    stopped.expect("it stops");
}
