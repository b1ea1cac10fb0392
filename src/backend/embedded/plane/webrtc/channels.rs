//! Data channels: messages go by the channel of their label.

use str0m::channel::{ChannelConfig, ChannelId};

use super::{super::transport::Message, MAX_WAITING, Webrtc};

impl Webrtc {
    /// Sends a message by the channel of its label, which is opened if there is none. Poll afterwards.
    ///
    /// Whether it is on its way, or waits until the channel is open.
    pub(in crate::backend::embedded) fn send_message(&mut self, message: Message) -> bool {
        if !self.has_data {
            return false;
        }
        let known = self
            .channels
            .iter()
            .find(|(_, label, _)| *label == message.label);
        match known {
            Some((id, _, true)) => {
                let channel = self.rtc.channel(*id);
                channel.is_some_and(|mut channel| {
                    let written = channel.write(message.binary, &message.data);
                    written.unwrap_or(false)
                })
            }
            Some((_, _, false)) => self.keep(message),
            None => {
                let config = ChannelConfig {
                    label: message.label.to_string(),
                    ..ChannelConfig::default()
                };
                let id = self.rtc.direct_api().create_data_channel(config);
                self.channels.push((id, message.label.clone(), false));
                self.keep(message)
            }
        }
    }

    fn keep(&mut self, message: Message) -> bool {
        let room = self.waiting.len() < MAX_WAITING;
        if room {
            self.waiting.push_back(message);
        }
        room
    }

    pub(super) fn opened(&mut self, id: ChannelId, label: &str) {
        match self.channels.iter_mut().find(|(known, ..)| *known == id) {
            Some((_, _, open)) => *open = true,
            None => self.channels.push((id, label.into(), true)),
        }
        let (due, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|message| &*message.label == label);
        self.waiting = kept.into();
        for message in due {
            self.send_message(message);
        }
    }

    pub(in crate::backend::embedded) fn has_data(&self) -> bool {
        self.has_data
    }
}
