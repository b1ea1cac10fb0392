//! `wss://`: a Kurento behind TLS, with a certificate that an own authority has signed.

use std::{net::SocketAddr, path::Path, sync::Arc};

use mediaplane::backend::{Backend, Status, kurento::Config};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::{
    legs::PATIENCE,
    support::{kurento::address, media::Kind, received::Receives as _, tls::certified},
    world::{World, given, start, unique},
};

/// What ends TLS in front of a server; it stops when dropped.
struct Front {
    url: Url,
    _running: DropGuard,
}

impl Front {
    /// Puts itself in front of the server at `inner`; `authority` becomes the certificate that its own is signed by.
    async fn of(inner: &Url, authority: &Path) -> Front {
        let acceptor = TlsAcceptor::from(Arc::new(certified(authority)));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        let running = CancellationToken::new();
        let serving = serve(listener, acceptor, address(inner).await);
        tokio::spawn(running.clone().run_until_cancelled_owned(serving));
        let url = format!("wss://localhost:{port}{}", inner.path());
        Front {
            url: url.parse().expect("a URL"),
            _running: running.drop_guard(),
        }
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, inner: SocketAddr) {
    loop {
        let (client, _) = listener.accept().await.expect("a listening socket accepts");
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that does not trust the certificate ends the handshake.
            let Ok(mut client) = acceptor.accept(client).await else {
                return;
            };
            let mut server = TcpStream::connect(inner).await.expect("Kurento listens");
            // However they part: the other side learns of it.
            let _ = copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_behind_tls_is_used_if_its_authority_is_known() {
    let Some(url) = given() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("authority.pem");
    let front = Front::of(&url, &authority).await;
    let world = World::at(url, |config| {
        config.url = front.url.clone();
        config.tls_ca = Some(authority);
    })
    .await;
    let (echo, peer) = world.echo(7).await;
    peer.receives(Kind::Audio, 7, 25).await;
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_refused_and_it_is_said_why() {
    let Some(url) = given() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let front = Front::of(&url, &folder.path().join("authority.pem")).await;
    let shutdown = CancellationToken::new();
    let driver = start(&unique("tls"), Config::new(front.url.clone()), &shutdown);
    let mut status = driver.status();
    let told = status.wait_for(|status| match status {
        Status::Down { message } => message.contains("certificate"),
        Status::Up { .. } => true,
    });
    let told = timeout(PATIENCE, told).await.expect("in time");
    let told = told.expect("the driver runs").clone();
    let Status::Down { message } = told else {
        panic!("it trusts whoever comes");
    };
    assert!(message.contains("UnknownIssuer"), "{message}");
    shutdown.cancel();
    driver.stopped().await;
}
