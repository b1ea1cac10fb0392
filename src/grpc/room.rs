//! `RoomService`.

use tonic::{Request, Response, Status};

use super::convert::{Limits, room as convert};
use crate::{
    error::{Reason, Result},
    proto::{self, room_service_server::RoomService},
    room::Registry,
};

/// The service.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) limits: Limits,
    pub(super) rooms: Registry,
}

#[tonic::async_trait]
impl RoomService for Service {
    async fn create_room(
        &self,
        request: Request<proto::CreateRoomRequest>,
    ) -> Result<Response<proto::CreateRoomResponse>, Status> {
        let create = convert::create(&self.limits, request.into_inner())?;
        let room = Some(self.rooms.create(create).await?.into());
        Ok(Response::new(proto::CreateRoomResponse { room }))
    }

    async fn destroy_room(
        &self,
        request: Request<proto::DestroyRoomRequest>,
    ) -> Result<Response<proto::DestroyRoomResponse>, Status> {
        let id = convert::room_id(&self.limits, &request.get_ref().room_id)?;
        let why = "DestroyRoom was called";
        self.rooms.destroy(&id, Reason::UserStop, why).await?;
        Ok(Response::new(proto::DestroyRoomResponse {}))
    }

    async fn get_room(
        &self,
        request: Request<proto::GetRoomRequest>,
    ) -> Result<Response<proto::GetRoomResponse>, Status> {
        let id = convert::room_id(&self.limits, &request.get_ref().room_id)?;
        let room = Some(self.rooms.get(&id)?.into());
        Ok(Response::new(proto::GetRoomResponse { room }))
    }

    async fn list_rooms(
        &self,
        request: Request<proto::ListRoomsRequest>,
    ) -> Result<Response<proto::ListRoomsResponse>, Status> {
        let (filter, page) = convert::list(&self.limits, request.into_inner())?;
        let (rooms, next) = self.rooms.list(&filter, page.size, page.after.as_ref());
        Ok(Response::new(proto::ListRoomsResponse {
            rooms: rooms.into_iter().map(Into::into).collect(),
            next_page_token: next.map(|id| id.to_string()).unwrap_or_default(),
        }))
    }
}
