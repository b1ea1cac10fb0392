//! Files of web servers, fetched whole into a temporary file without a name before they are played.
//!
//! Each hop is checked anew, and the connection goes to the very address that was checked: neither a redirect nor a
//! name that changes its address leads anywhere else. There are no proxies, no cookies and no credentials.

use std::{fs::File, future::poll_fn, io, net::SocketAddr, pin::Pin, sync::Arc};

use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body::Body;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::{Host, Url};

use super::{super::settings::Settings, address, refused};
use crate::error::{Error, Reason, Result};

const MAX_REDIRECTS: usize = 3;
/// So many of a server's addresses are tried.
const MAX_ADDRESSES: usize = 4;

/// Fetches `url`.
///
/// *Cancel safety*: a future that is dropped closes the connection and leaves no file.
pub(super) async fn fetch(settings: &Settings, url: Url) -> Result<File> {
    let fetched = timeout(settings.fetch_timeout, hops(settings, url)).await;
    fetched.unwrap_or_else(|_| {
        let words = format!(
            "the server did not deliver the file within {:?}: try a smaller file or a nearer server",
            settings.fetch_timeout
        );
        Err(Error::new(Reason::BackendTimeout, words))
    })
}

async fn hops(settings: &Settings, mut url: Url) -> Result<File> {
    for _ in 0..=MAX_REDIRECTS {
        check(settings, &url)?;
        let (response, _connection) = request(settings, &url).await?;
        let Some(next) = redirect(&url, &response)? else {
            return spool(settings, response).await;
        };
        url = next;
    }
    Err(refused(
        "is redirected too often: name the file's own address",
    ))
}

/// What can be said without asking anybody.
fn check(settings: &Settings, url: &Url) -> Result<()> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(
            "is redirected to something else than http:// or https://",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("holds a user name or password: leave it out"));
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(refused("names no host"));
    };
    if !settings
        .hosts
        .iter()
        .any(|allowed| allowed.covers(&host, port))
    {
        let words = format!("{host}:{port} is no allowed host: allow it in the configuration");
        return Err(refused(words));
    }
    Ok(())
}

/// The addresses of the host of `url`, all of them allowed.
async fn addresses(settings: &Settings, url: &Url) -> Result<Vec<SocketAddr>> {
    let port = url.port_or_known_default().unwrap_or_default();
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => {
            let found = lookup_host((name, port)).await;
            let found = found.map_err(|_| refused("names a host that is not known"))?;
            found.take(MAX_ADDRESSES).collect()
        }
        None => Vec::new(),
    };
    let allowed = |found: &SocketAddr| match settings.private_addresses {
        true => address::is_unicast(found.ip()),
        false => address::is_public(found.ip()),
    };
    if found.is_empty() || !found.iter().all(allowed) {
        let words = "names a host whose address is not on the public internet: use another, or \
                     allow private addresses in the configuration";
        return Err(refused(words));
    }
    Ok(found)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn connect(settings: &Settings, url: &Url) -> Result<Box<dyn Stream>> {
    let addresses = addresses(settings, url).await?;
    let connecting = async {
        let stream = TcpStream::connect(&*addresses).await?;
        match url.scheme() {
            "https" => tls(url, stream).await,
            _ => Ok(Box::new(stream) as Box<dyn Stream>),
        }
    };
    match timeout(settings.connect_timeout, connecting).await {
        Ok(connected) => connected.map_err(|error| unreachable(&error)),
        Err(_) => Err(Error::new(
            Reason::BackendTimeout,
            format!(
                "the server took no connection within {:?}",
                settings.connect_timeout
            ),
        )),
    }
}

async fn tls(url: &Url, stream: TcpStream) -> io::Result<Box<dyn Stream>> {
    let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.into(),
    };
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    Ok(Box::new(connector.connect(name, stream).await?))
}

fn unreachable(error: &(dyn std::error::Error + 'static)) -> Error {
    refused(format!("names a server that cannot be reached: {error}"))
}

/// Asks for the file; the connection lives as long as what is returned.
async fn request(
    settings: &Settings,
    url: &Url,
) -> Result<(Response<Incoming>, AbortOnDropHandle<()>)> {
    let stream = connect(settings, url).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(&error))?;
    let connection = AbortOnDropHandle::new(tokio::spawn(async {
        // What goes wrong is told to whoever reads the response.
        let _ = connection.await;
    }));
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::builder()
        .method(Method::GET)
        .uri(&url[url::Position::BeforePath..url::Position::AfterQuery])
        .header(header::HOST, host)
        .header(header::USER_AGENT, "mediaplane")
        .header(header::ACCEPT_ENCODING, "identity")
        .body(String::new())
        .map_err(|_| refused("cannot be asked for in HTTP: percent-encode it"))?;
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| unreachable(&error))?;
    Ok((response, connection))
}

/// Where the response leads; none if it is the file itself.
fn redirect(url: &Url, response: &Response<Incoming>) -> Result<Option<Url>> {
    if response.status() == StatusCode::OK {
        return Ok(None);
    }
    if !response.status().is_redirection() {
        let words = format!(
            "the server answers {}: check the address",
            response.status()
        );
        return Err(refused(words));
    }
    let location = response.headers().get(header::LOCATION);
    let next = location
        .and_then(|location| url.join(location.to_str().ok()?).ok())
        .ok_or_else(|| refused("is redirected to nowhere: name the file's own address"))?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(refused("is redirected from https:// to http://"));
    }
    Ok(Some(next))
}

/// Writes what comes into a temporary file, as long as it is not too much.
async fn spool(settings: &Settings, response: Response<Incoming>) -> Result<File> {
    let too_large = || {
        let words = format!(
            "is larger than {} bytes: use a smaller file",
            settings.max_bytes
        );
        refused(words)
    };
    if length(response.headers()).is_some_and(|length| length > settings.max_bytes) {
        return Err(too_large());
    }
    let file = tokio::task::spawn_blocking(tempfile::tempfile).await;
    let file = file
        .map_err(io::Error::other)
        .flatten()
        .map_err(|error| no_room(&error))?;
    let mut file = tokio::fs::File::from_std(file);
    let (mut body, mut count) = (response.into_body(), 0);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|error| unreachable(&error))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        count += data.len() as u64;
        if count > settings.max_bytes {
            return Err(too_large());
        }
        file.write_all(&data)
            .await
            .map_err(|error| no_room(&error))?;
    }
    file.flush().await.map_err(|error| no_room(&error))?;
    Ok(file.into_std().await)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn no_room(error: &io::Error) -> Error {
    let words = format!("the fetched file cannot be stored in the temporary folder: {error}");
    Error::new(Reason::SessionFailed, words)
}
