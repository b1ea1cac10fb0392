//! Which service a request is for.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use futures_util::future::{BoxFuture, Either};
use http::{Request, Response};
use tonic::{body::Body, service::Routes};
use tower::Service;

use super::session;
use crate::proto::session_service_server::{SERVICE_NAME, SessionServiceServer};

/// All services.
///
/// Nearly all requests are for sessions, so those go straight there: the general router looks each path up and boxes
/// request, future and reply once more.
#[derive(Clone, Debug)]
pub struct Router {
    pub(super) sessions: SessionServiceServer<session::Service>,
    pub(super) others: Routes,
}

impl Service<Request<Body>> for Router {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<
        BoxFuture<'static, Result<Response<Body>, Infallible>>,
        <Routes as Service<Request<Body>>>::Future,
    >;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // The session service is always ready.
        Service::<Request<Body>>::poll_ready(&mut self.others, cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if is_for_sessions(request.uri().path()) {
            Either::Left(self.sessions.call(request))
        } else {
            Either::Right(self.others.call(request))
        }
    }
}

fn is_for_sessions(path: &str) -> bool {
    path.strip_prefix('/')
        .and_then(|path| path.strip_prefix(SERVICE_NAME))
        .is_some_and(|method| method.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_paths_are_for_the_session_service() {
        assert!(is_for_sessions(
            "/mediaplane.v1.SessionService/CreateSession"
        ));
        for other in [
            "",
            "/",
            "/mediaplane.v1.SessionService",
            "/mediaplane.v1.SessionServices/CreateSession",
            "/mediaplane.v1.RoomService/CreateRoom",
            "mediaplane.v1.SessionService/CreateSession",
        ] {
            assert!(!is_for_sessions(other), "{other}");
        }
    }
}
