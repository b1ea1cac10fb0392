//! What a test does with a leg that it knows by its session, or by its uuid.

use super::Simulator;
use super::channel::Channel;
use super::world::World;

/// Where a session is named: in the header of a call that came, in a variable of one that was made.
const NAMES: [&str; 2] = ["sip_h_X-Mediaplane-Session", "mediaplane_session"];

impl World {
    /// The leg with that uuid, or else that of the session.
    fn leg(&self, name: &str) -> Option<&Channel> {
        let is_of = |leg: &&Channel| {
            let mut named = NAMES.iter().filter_map(|var| leg.vars.get(*var));
            named.any(|session| session == name)
        };
        let by_uuid = self.channels.get(name);
        by_uuid.or_else(|| self.channels.values().find(is_of))
    }

    /// The leg of a session ends, if there is one.
    pub(super) fn lose(&mut self, session: &str) {
        let leg = self.leg(session).map(|leg| leg.uuid.clone());
        if let Some(uuid) = leg {
            self.hang_up(&uuid, "NORMAL_CLEARING");
        }
    }
}

impl Simulator {
    /// The uuid of the leg of a session.
    pub(crate) fn find(&self, session: &str) -> Option<String> {
        let state = self.shared.state();
        state.world.leg(session).map(|leg| leg.uuid.clone())
    }

    /// A leg ends for that cause; its peer of SIP is told so.
    pub(crate) fn hang_up(&self, leg: &str, cause: &str) {
        self.on_leg(leg, |world, uuid| world.hang_up(uuid, cause));
    }

    /// Nothing is heard of the peer of a leg for so long that the server gives up.
    pub(crate) fn media_timeout(&self, leg: &str) {
        self.hang_up(leg, "MEDIA_TIMEOUT");
    }

    /// The peer of a leg presses a key.
    pub(crate) fn digit(&self, leg: &str, digit: char) {
        self.on_leg(leg, |world, uuid| {
            world.digits(uuid, &digit.to_string(), "RTP");
        });
    }

    /// The peer of a leg begins or stops to send what it could; it sends from the moment that it is connected.
    pub(crate) fn media(&self, leg: &str, flowing: bool) {
        self.on_leg(leg, |world, uuid| world.let_flow(uuid, flowing));
    }

    /// Whether what the peer of a leg says is heard by nobody.
    pub(crate) fn is_muted(&self, leg: &str) -> bool {
        let state = self.shared.state();
        let leg = state.world.leg(leg).expect("there is such a leg");
        let mut members = state.world.rooms.values().flat_map(|room| &room.members);
        let member = members.find(|member| member.uuid == leg.uuid);
        leg.audio.is_muted || member.is_some_and(|member| !member.speaks)
    }

    /// The peer of a WebRTC leg that did not connect does so now.
    pub(crate) fn connect(&self, leg: &str) {
        self.on_leg(leg, World::connect);
    }

    fn on_leg(&self, leg: &str, act: impl FnOnce(&mut World, &str)) {
        let uuid = self.find(leg).expect("there is such a leg");
        self.on(|world| act(world, &uuid));
    }
}
