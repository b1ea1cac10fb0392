//! What a client said before its leg has a place on the server.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Reason, Result},
    media::{Candidate, MediaUpdate, RemoteCandidate},
};

/// More candidates than any client has.
const LIMIT: usize = 256;

/// What is kept for a leg.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) candidates: Vec<RemoteCandidate>,
    pub(super) media: MediaUpdate,
}

impl Kept {
    pub(super) fn new(media: MediaUpdate) -> Self {
        Self {
            candidates: Vec::new(),
            media,
        }
    }

    /// # Errors
    /// `LIMIT_REACHED`.
    pub(super) fn add(&mut self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        if self.candidates.len() + candidates.len() > LIMIT {
            let words = format!("more than {LIMIT} candidates");
            return Err(Error::new(Reason::LimitReached, words));
        }
        self.candidates.extend(candidates);
        Ok(())
    }

    pub(super) fn save(&self) -> Saved {
        Saved {
            candidates: self.candidates.iter().map(SavedCandidate::from).collect(),
            mute_audio: self.media.mute_audio,
            mute_video: self.media.mute_video,
            bitrate_kbps: self.media.bitrate_kbps,
        }
    }
}

/// What is kept, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    candidates: Vec<SavedCandidate>,
    mute_audio: Option<bool>,
    mute_video: Option<bool>,
    bitrate_kbps: Option<u32>,
}

/// Without a line it is the end of the candidates.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedCandidate {
    mid: Option<String>,
    index: Option<u32>,
    line: Option<String>,
}

impl Saved {
    pub(super) fn restore(self) -> Kept {
        Kept {
            candidates: self
                .candidates
                .iter()
                .filter_map(SavedCandidate::restore)
                .collect(),
            media: MediaUpdate {
                mute_audio: self.mute_audio,
                mute_video: self.mute_video,
                bitrate_kbps: self.bitrate_kbps,
                ..MediaUpdate::default()
            },
        }
    }
}

impl From<&RemoteCandidate> for SavedCandidate {
    fn from(candidate: &RemoteCandidate) -> Self {
        match candidate {
            RemoteCandidate::One(candidate) => Self {
                mid: candidate.sdp_mid().map(str::to_owned),
                index: candidate.sdp_m_line_index(),
                line: Some(candidate.line().to_owned()),
            },
            RemoteCandidate::End => Self {
                mid: None,
                index: None,
                line: None,
            },
        }
    }
}

impl SavedCandidate {
    fn restore(&self) -> Option<RemoteCandidate> {
        let Some(line) = &self.line else {
            return Some(RemoteCandidate::End);
        };
        let candidate = Candidate::new(self.mid.as_deref(), self.index, line);
        candidate.ok().map(RemoteCandidate::One)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate() -> RemoteCandidate {
        let line = "candidate:1 1 udp 1 192.0.2.7 46154 typ host";
        RemoteCandidate::One(Candidate::new(Some("0"), Some(0), line).expect("a candidate"))
    }

    #[test]
    fn what_is_saved_comes_back() {
        let mut kept = Kept::new(MediaUpdate {
            mute_audio: Some(true),
            ..MediaUpdate::default()
        });
        kept.add(vec![candidate(), RemoteCandidate::End])
            .expect("room");
        let text = serde_json::to_string(&kept.save()).expect("JSON");
        let saved: Saved = serde_json::from_str(&text).expect("as it was written");
        let restored = saved.restore();
        assert_eq!(
            (restored.candidates, restored.media),
            (kept.candidates, kept.media)
        );
    }

    #[test]
    fn there_is_a_limit() {
        let mut kept = Kept::new(MediaUpdate::default());
        kept.add(vec![candidate(); LIMIT]).expect("room");
        let refused = kept.add(vec![candidate()]).expect_err("no more room");
        assert_eq!(refused.reason(), Reason::LimitReached);
    }
}
