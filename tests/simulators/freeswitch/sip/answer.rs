//! How a call that has come in is answered, and comes to be connected.

use super::super::sdp::Offer;
use super::super::world::{SOON, World};
use super::{ALLOW, Message, Phase, user_and_host};

impl World {
    /// The application `answer` sends its answer at once, and ends when the peer is connected.
    pub(in super::super) fn begin_answer(&mut self, uuid: &str) {
        let ports = [self.new_port(), self.new_port()];
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let is_webrtc = channel.is_webrtc;
        channel.answer_state = "early";
        let Some(call) = &mut channel.call else {
            return;
        };
        call.phase = Phase::Answered;
        call.local.ports = ports;
        let offer = Offer::parse(&call.invite.body);
        let sdp = offer.as_ref().map(|offer| call.local.answer(offer));
        let (request, route, late) = (call.invite.clone(), call.route, call.late);
        if let Some(offer) = offer {
            self.agreed(uuid, &offer);
        }
        let response = self.ok(uuid, &request, sdp.unwrap_or_default());
        if late.is_zero() {
            self.respond(&request, route, &response);
        } else {
            self.later(late, move |world| {
                world.respond(&request, route, &response);
            });
        }
        self.tell_of(uuid, "CHANNEL_PROGRESS_MEDIA");
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.call_state = "EARLY";
        }
        if !is_webrtc {
            self.end_answer(uuid);
        } else if !self.never_connects {
            let (after, uuid) = (self.options.connecting, uuid.to_owned());
            self.later(after, move |world| world.connect(&uuid));
        }
    }

    pub(super) fn ok(&self, uuid: &str, request: &Message, sdp: String) -> Message {
        let call = self.channels.get(uuid).and_then(|leg| leg.call.as_ref());
        let own = call.map(|call| call.own.clone()).unwrap_or_default();
        let (user, _) = user_and_host(request.uri());
        let transport = call.map_or("UDP", |call| call.route.name());
        let transport = transport.to_ascii_lowercase();
        let mut response = Message::response(request, 200, "OK");
        response.set("To", own);
        response
            .with(
                "Contact",
                format!("<sip:{user}@{};transport={transport}>", self.address),
            )
            .with("User-Agent", "fs")
            .with("Accept", "application/sdp")
            .with("Allow", ALLOW)
            .with("Supported", "path, replaces")
            .with("Allow-Events", "talk, hold, conference, refer")
            .with_sdp(sdp)
    }

    /// DTLS is through, first of the audio.
    pub(in super::super) fn connect(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        if std::mem::replace(&mut channel.is_connected, true) {
            return;
        }
        let has_video = channel.has_video;
        let is_answering = channel.app.as_ref().is_some_and(|app| app.name == "answer");
        self.begin_flow(uuid);
        self.tell_secure(uuid);
        if is_answering {
            self.end_answer(uuid);
        }
        if has_video {
            let uuid = uuid.to_owned();
            self.later(SOON, move |world| world.tell_secure(&uuid));
        }
    }

    fn tell_secure(&mut self, uuid: &str) {
        if !self.channels.contains_key(uuid) {
            return;
        }
        // Once for each direction.
        for _ in 0..2 {
            let event = self
                .event("CALL_SECURE")
                .with("secure_type", "srtp:dtls:AES_CM_128_HMAC_SHA1_80")
                .with("caller-unique-id", uuid);
            self.tell(event);
        }
    }

    fn end_answer(&mut self, uuid: &str) {
        self.answered(uuid);
        self.complete(uuid);
        self.run_next(uuid);
    }

    /// A leg is answered, connected or not.
    pub(in super::super) fn answered(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        if channel.is_dead() {
            return;
        }
        channel.answer_state = "answered";
        if !channel.is_webrtc {
            self.begin_flow(uuid);
        }
        self.tell_of(uuid, "CHANNEL_ANSWER");
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.call_state = "ACTIVE";
        }
    }
}
