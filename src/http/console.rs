//! The console: its page, and the API for it.

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State as Extract},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, uri::Authority},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{Embed, EmbeddedFile};
use serde::Serialize;
use url::Host;

use crate::{
    config, grpc,
    proto::{
        backend_service_server::SERVICE_NAME as BACKENDS,
        room_service_server::SERVICE_NAME as ROOMS,
        session_service_server::SERVICE_NAME as SESSIONS,
    },
};

/// The page as Vite has built it.
#[derive(Embed)]
#[folder = "console/dist"]
struct Files;

/// The path of the page among its files.
const PAGE: &str = "index.html";
/// The folder of files whose names change with what is in them.
const HASHED: &str = "assets/";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Nothing but this origin's own files and calls, and no code that is not in a file.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";
/// What the page may use of the browser.
const PERMISSIONS: &str = "camera=(self), microphone=(self)";

/// What the console is made of.
#[derive(Clone, Debug)]
pub struct Console {
    api: grpc::Console,
    settings: Settings,
    /// Whether it is only for who opens it by this machine's own names.
    local: bool,
}

/// What the page is told of itself.
#[derive(Clone, Copy, Debug, Serialize)]
struct Settings {
    version: &'static str,
    read_only: bool,
}

impl Console {
    /// The console of this configuration; none if it is off.
    #[must_use]
    pub fn new(config: &config::Http, api: &grpc::Api) -> Option<Self> {
        let read_only = config.console_read_only;
        config.console.is_on(config.listen).then(|| Self {
            api: api.console(read_only),
            settings: Settings {
                version: env!("CARGO_PKG_VERSION"),
                read_only,
            },
            local: config.console == config::Console::Auto,
        })
    }
}

/// The paths of the console.
///
/// - `/` is the page, and its files are below: hashed names for ever, the others with an `ETag`.
/// - `/console.json` tells the page `version` and `read_only`.
/// - The services of the API are where gRPC-Web has them, for pages of this origin alone: other pages get 403.
pub(super) fn router(console: &Console) -> Router {
    let settings = console.settings;
    let mut router = Router::new()
        .route("/", get(file))
        .route("/favicon.svg", get(file))
        .route("/assets/{name}", get(file))
        .route("/console.json", get(async move || Json(settings)));
    for service in [SESSIONS, ROOMS, BACKENDS] {
        router = router.route_service(&format!("/{service}/{{method}}"), console.api.clone());
    }
    router.layer(middleware::from_fn_with_state(console.local, guard))
}

/// Lets in what belongs to this origin: not the pages of others (`Sec-Fetch-Site`), and none that reach a loopback port by
/// a name of theirs (DNS rebinding).
async fn guard(Extract(local): Extract<bool>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if is_of_another_site(headers) && request.method() != axum::http::Method::GET {
        return refuse(
            "pages of other origins may not call the API here; see grpc.cors_allowed_origins\n",
        );
    }
    if local && !is_local(headers) {
        return refuse(
            "open the console as localhost or by its address, or set http.console = true\n",
        );
    }
    next.run(request).await
}

fn refuse(words: &'static str) -> Response {
    (StatusCode::FORBIDDEN, words).into_response()
}

fn is_of_another_site(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
}

fn is_local(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = host.and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| match Host::parse(authority.host()) {
        Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Err(_) => false,
    })
}

async fn file(uri: Uri, headers: HeaderMap) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => PAGE,
        path => path,
    };
    match Files::get(path) {
        Some(file) => answer(path, file, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(path: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = file.metadata.sha256_hash()[..16]
        .iter()
        .fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"));
    let tag = format!("\"{tag}\"");
    let known = asked
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| *known == *tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data).into_response()
    };
    let caching = if path.starts_with(HASHED) {
        IMMUTABLE
    } else {
        "no-cache"
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind(path)),
        (header::CACHE_CONTROL, caching),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            header::HeaderName::from_static("permissions-policy"),
            PERMISSIONS,
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        header::ETAG,
        HeaderValue::from_str(&tag).expect("hexadecimal digits"),
    );
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn only_this_machines_own_names_are_local() {
        for (host, local) in [
            ("localhost:8080", true),
            ("console.localhost", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("evil.example:8080", false),
            ("localhost.evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_local(&headers("host", host)), local, "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }

    #[test]
    fn pages_of_others_are_told_apart() {
        for (site, other) in [
            ("same-origin", false),
            ("none", false),
            ("same-site", true),
            ("cross-site", true),
        ] {
            assert_eq!(is_of_another_site(&headers("sec-fetch-site", site)), other);
        }
        assert!(!is_of_another_site(&HeaderMap::new()), "no browser");
    }

    #[tokio::test]
    async fn every_file_has_its_kind_and_is_cached_as_its_name_allows() {
        for path in Files::iter() {
            let uri = |path: &str| format!("/{path}").parse::<Uri>().expect("a path");
            let response = file(uri(&path), HeaderMap::new()).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let headers = response.headers();
            assert_ne!(
                headers[header::CONTENT_TYPE],
                "application/octet-stream",
                "{path}"
            );
            let hashed = headers[header::CACHE_CONTROL] == IMMUTABLE;
            assert_eq!(hashed, path.starts_with(HASHED), "{path}");
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], POLICY);
            let mut known = HeaderMap::new();
            known.insert(header::IF_NONE_MATCH, headers[header::ETAG].clone());
            let again = file(uri(&path), known).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        }
        let page = file("/".parse().expect("a path"), HeaderMap::new()).await;
        assert_eq!(page.status(), StatusCode::OK);
        let missing = file("/assets/../x".parse().expect("a path"), HeaderMap::new()).await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    }
}
