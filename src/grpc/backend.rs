//! `BackendService`.

use tonic::{Request, Response, Status};

use super::convert::{Limits, backend as convert};
use crate::{
    backend::{Registry, registry::Listing},
    error::Result,
    proto::{self, backend_service_server::BackendService},
};

/// The service.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) limits: Limits,
    pub(super) backends: Registry,
}

impl Service {
    fn drain(&self, name: &str, draining: bool) -> Result<proto::Backend> {
        let name = convert::name(&self.limits, name)?;
        let listing = self.backends.drain(name.as_str(), draining)?;
        Ok((&listing).into())
    }
}

#[tonic::async_trait]
impl BackendService for Service {
    async fn list_backends(
        &self,
        _: Request<proto::ListBackendsRequest>,
    ) -> Result<Response<proto::ListBackendsResponse>, Status> {
        let mut listings: Vec<Listing> = self.backends.list().collect();
        listings.sort_by_key(|listing| listing.priority);
        let backends = listings.iter().map(Into::into).collect();
        Ok(Response::new(proto::ListBackendsResponse { backends }))
    }

    async fn drain_backend(
        &self,
        request: Request<proto::DrainBackendRequest>,
    ) -> Result<Response<proto::DrainBackendResponse>, Status> {
        let backend = Some(self.drain(&request.get_ref().name, true)?);
        Ok(Response::new(proto::DrainBackendResponse { backend }))
    }

    async fn undrain_backend(
        &self,
        request: Request<proto::UndrainBackendRequest>,
    ) -> Result<Response<proto::UndrainBackendResponse>, Status> {
        let backend = Some(self.drain(&request.get_ref().name, false)?);
        Ok(Response::new(proto::UndrainBackendResponse { backend }))
    }
}
