//! Two legs that hear each other, and how they part.

use super::channel::{App, Bridge, Channel};
use super::world::{World, new_uuid};

impl World {
    /// Two legs hear each other.
    pub(super) fn bridge(&mut self, first: &str, second: &str) {
        if [first, second].map(|uuid| self.channels.contains_key(uuid)) != [true, true] {
            return self.bridge_alone(first, second);
        }
        if first == second {
            self.leave(first);
            return;
        }
        for uuid in [second, first] {
            self.leave(uuid);
        }
        let legs = [(first, second, true), (second, first, false)];
        for (uuid, peer, is_first) in legs {
            let Some(channel) = self.channels.get_mut(uuid) else {
                return;
            };
            channel.state = "SOFT_EXECUTE";
            channel.queue.clear();
            // The leg that an earlier bridge has left behind was parked meanwhile.
            channel.is_parked = false;
            let peer = peer.to_owned();
            channel.join(Bridge { peer, is_first });
        }
        for (uuid, peer, _) in legs {
            let app = App {
                name: "uuid_bridge".to_owned(),
                data: peer.to_owned(),
                uuid: new_uuid(),
            };
            self.tell_execute(uuid, &app);
        }
        let ids = bridge_ids(first, second);
        self.tell_with(first, "CHANNEL_BRIDGE", ids);
        if let Some(channel) = self.channels.get_mut(second) {
            channel.state = "EXCHANGE_MEDIA";
        }
    }

    /// One of two that were to be bridged has ended meanwhile. The first is parked anew; the second only leaves what it
    /// did.
    fn bridge_alone(&mut self, first: &str, second: &str) {
        self.leave(first);
        self.leave(second);
        if self.channels.contains_key(first) {
            self.park_idle(first);
        }
        if let Some(channel) = self.channels.get_mut(second) {
            channel.state = "RESET";
        }
    }

    /// Two bridged legs part, and both go on to something else.
    pub(super) fn part(&mut self, uuid: &str) {
        let bridge = self.channels.get_mut(uuid).and_then(Channel::part);
        let Some(bridge) = bridge else {
            return;
        };
        if let Some(peer) = self.channels.get_mut(&bridge.peer) {
            peer.part();
        }
        if bridge.is_first {
            self.tell_unbridge(uuid, &bridge.peer);
        } else {
            self.tell_unbridge(&bridge.peer, uuid);
        }
    }

    pub(super) fn tell_unbridge(&mut self, first: &str, second: &str) {
        let ids = bridge_ids(first, second);
        self.tell_with(first, "CHANNEL_UNBRIDGE", ids);
    }

    /// The peer of a leg is gone.
    pub(super) fn left_alone(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let is_kept = channel.is_true("park_after_bridge");
        channel.part();
        if is_kept {
            self.park_idle(uuid);
        } else {
            self.hang_up(uuid, "NORMAL_CLEARING");
        }
    }
}

fn bridge_ids(first: &str, second: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Bridge-A-Unique-ID", first.to_owned()),
        ("Bridge-B-Unique-ID", second.to_owned()),
    ]
}
