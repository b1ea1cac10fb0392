//! Whose a datagram of a WebRTC client is.

use std::{collections::HashMap, net::SocketAddr, time::Instant};

use str0m::ice::StunMessage;

use super::{Across, LegId, Plane, ids};

/// Addresses of clients of other shards after which those are forgotten that nothing came from in the meantime.
pub(super) const GENERATION: usize = 32_768;

/// Addresses that are remembered of one client; then the oldest is learnt anew with its next check.
pub(super) const MAX_ADDRESSES: usize = 64;

/// Whose a datagram is.
pub(super) enum Addressed {
    Here(LegId),
    Elsewhere(u8),
    Nobody,
}

/// By the socket and the client's address: clients whose legs are on another shard.
///
/// That they have gone is not told here: whoever is not heard of for a generation is forgotten in the next.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    newer: HashMap<(usize, SocketAddr), u8>,
    older: HashMap<(usize, SocketAddr), u8>,
}

impl Elsewhere {
    /// The shard of a client.
    fn shard(&mut self, key: (usize, SocketAddr)) -> Option<u8> {
        if let Some(shard) = self.newer.get(&key) {
            return Some(*shard);
        }
        let shard = self.older.remove(&key)?;
        self.learn(key, shard);
        Some(shard)
    }

    fn learn(&mut self, key: (usize, SocketAddr), shard: u8) {
        if self.newer.len() >= GENERATION && !self.newer.contains_key(&key) {
            std::mem::swap(&mut self.newer, &mut self.older);
            self.newer.clear();
        }
        self.newer.insert(key, shard);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}

impl Plane {
    /// Takes a datagram of a WebRTC client.
    pub(in super::super) fn receive(
        &mut self,
        now: Instant,
        socket: usize,
        source: SocketAddr,
        datagram: &[u8],
    ) {
        match self.addressed(socket, source, datagram) {
            Addressed::Here(leg) => self.receive_for(now, leg, (socket, source), datagram),
            Addressed::Elsewhere(shard) => {
                let bytes = datagram.into();
                let message = Across::Datagram {
                    socket,
                    source,
                    bytes,
                };
                self.messages.push((shard, message));
            }
            Addressed::Nobody => {}
        }
    }

    pub(super) fn receive_for(
        &mut self,
        now: Instant,
        leg: LegId,
        (socket, source): (usize, SocketAddr),
        datagram: &[u8],
    ) {
        if let Some(entry) = self.legs.get_mut(&leg) {
            if let Err(words) = entry.way.receive(now, socket, source, datagram) {
                entry.ends(words);
            }
            self.poll(leg);
            self.settle(now);
        }
    }

    /// Whose datagram it is. Connectivity checks (STUN) name their leg; what else comes from the same address follows.
    pub(super) fn addressed(
        &mut self,
        socket: usize,
        source: SocketAddr,
        datagram: &[u8],
    ) -> Addressed {
        let key = (socket, source);
        let is_stun = datagram.first().is_some_and(|first| *first < 4);
        let known = self.clients.get(&key).copied();
        if !is_stun {
            return match known {
                Some(leg) => Addressed::Here(leg),
                None => self
                    .elsewhere
                    .shard(key)
                    .map_or(Addressed::Nobody, Addressed::Elsewhere),
            };
        }
        let parsed = StunMessage::parse(datagram).ok();
        let Some((name, _)) = parsed.as_ref().and_then(StunMessage::split_username) else {
            // A reply to a check of ours: it has no name.
            return match (known, self.elsewhere.shard(key)) {
                (Some(leg), _) => Addressed::Here(leg),
                (None, Some(shard)) => Addressed::Elsewhere(shard),
                (None, None) => self.asked(socket, source),
            };
        };
        match ids::shard_of(name) {
            Some(shard) if shard == self.number => {
                let Some(leg) = self.names.get(name).copied() else {
                    return Addressed::Nobody;
                };
                self.learn(leg, key);
                Addressed::Here(leg)
            }
            // The name is whatever somebody out there has sent.
            Some(shard) if shard < self.shards => {
                self.clients.remove(&key);
                self.elsewhere.learn(key, shard);
                Addressed::Elsewhere(shard)
            }
            _ => Addressed::Nobody,
        }
    }

    /// The leg that has sent a check to this address, which now replies.
    fn asked(&mut self, socket: usize, source: SocketAddr) -> Addressed {
        match self.remotes.get(&source).copied() {
            Some(leg) => {
                self.learn(leg, (socket, source));
                Addressed::Here(leg)
            }
            None => Addressed::Nobody,
        }
    }

    fn learn(&mut self, leg: LegId, key: (usize, SocketAddr)) {
        let before = self.clients.insert(key, leg);
        if before == Some(leg) {
            return;
        }
        let Some(entry) = self.legs.get_mut(&leg) else {
            return;
        };
        if entry.addresses.len() >= MAX_ADDRESSES
            && let Some(oldest) = entry.addresses.pop_front()
            && self.clients.get(&oldest) == Some(&leg)
        {
            self.clients.remove(&oldest);
        }
        entry.addresses.push_back(key);
    }
}
