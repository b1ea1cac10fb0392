//! What a listener receives: which of its m-sections from which of a publisher's.

use serde::{Deserialize, Serialize};

use crate::{
    backend::janus::{
        error::Error,
        handle::Handle,
        wire::videoroom::{Body, Published, Receive, Source, Subscribed},
    },
    id::SessionId,
};

/// The highest simulcast layer that there is.
const HIGHEST_LAYER: u32 = 2;

/// What a listener receives, and how.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Receiving {
    pub(super) streams: Vec<Subscribed>,
    /// The m-sections that the publisher has nothing for, by mid.
    pub(super) idle: Vec<String>,
    pub(super) max_layer: Option<u32>,
}

impl Receiving {
    /// Where each m-section is to receive from: the first of a kind from the publisher's first one
    /// of that kind, and so on.
    pub(super) fn sources(&self, publisher_id: &SessionId, streams: &[Published]) -> Vec<Source> {
        let mut free: Vec<&Published> = streams.iter().collect();
        let mut sources = Vec::new();
        for own in &self.streams {
            let fits = |stream: &&Published| own.kind().is_some() && stream.kind() == own.kind();
            let Some(at) = free.iter().position(fits) else {
                continue;
            };
            sources.push(Source {
                feed: publisher_id.to_string(),
                mid: free.remove(at).mid.clone(),
                sub_mid: own.mid.clone(),
            });
        }
        sources
    }

    /// The m-sections that none of `sources` feeds.
    pub(super) fn without(&self, sources: &[Source]) -> Vec<String> {
        let mids = self.streams.iter().map(|stream| &stream.mid);
        mids.filter(|mid| sources.iter().all(|source| source.sub_mid != **mid))
            .cloned()
            .collect()
    }

    /// Whether an m-section receives from there.
    pub(super) fn receive(&self, source: &Source) -> bool {
        self.streams.iter().any(|stream| stream.receives(source))
    }

    /// Tells Janus what each m-section passes on; what a publisher does not have would otherwise go
    /// on to come from the one before.
    pub(super) async fn enforce(&self, handle: &Handle) -> Result<(), Error> {
        let streams = self.streams.iter().map(|stream| Receive {
            mid: stream.mid.clone(),
            send: !self.idle.contains(&stream.mid),
            substream: self.max_layer.map(|layer| layer.min(HIGHEST_LAYER)),
        });
        let body = Body::receive(streams.collect());
        handle.message(&body, None).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn published(streams: &[(&str, &str)]) -> Vec<Published> {
        let stream = |(index, (kind, mid)): (usize, &(&str, &str))| {
            let stream = json!({"type": kind, "mindex": index, "mid": mid});
            serde_json::from_value(stream).expect("a stream")
        };
        streams.iter().enumerate().map(stream).collect()
    }

    fn receiving(kinds: &[&str]) -> Receiving {
        let stream = |(mid, kind): (usize, &&str)| {
            let stream = json!({"type": kind, "mid": mid.to_string()});
            serde_json::from_value(stream).expect("a stream")
        };
        Receiving {
            streams: kinds.iter().enumerate().map(stream).collect(),
            ..Receiving::default()
        }
    }

    #[test]
    fn sections_are_fed_by_kind_and_order() {
        let to = SessionId::random();
        let own = receiving(&["audio", "video", "video", "data"]);
        for (streams, fed, idle) in [
            (
                &[
                    ("video", "v"),
                    ("audio", "a"),
                    ("video", "w"),
                    ("data", "d"),
                ][..],
                &[("0", "a"), ("1", "v"), ("2", "w"), ("3", "d")][..],
                &[][..],
            ),
            (&[("audio", "a")], &[("0", "a")], &["1", "2", "3"]),
            (
                &[("video", "v"), ("text", "t")],
                &[("1", "v")],
                &["0", "2", "3"],
            ),
            (&[], &[], &["0", "1", "2", "3"]),
        ] {
            let sources = own.sources(&to, &published(streams));
            let pairs: Vec<_> = sources
                .iter()
                .map(|source| (source.sub_mid.as_str(), source.mid.as_str()))
                .collect();
            assert_eq!(pairs, fed, "{streams:?}");
            assert_eq!(own.without(&sources), idle, "{streams:?}");
        }
    }
}
