//! `proxy` and `bridge` on `janus.plugin.nosip`: a WebRTC client and an RTP endpoint, joined by the
//! server. Either may be the one who called.
//!
//! There is one handle: it is the WebRTC client's, and the RTP endpoint's leg speaks through it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    backend::janus::{
        conn::Conn,
        error::Error,
        handle::Ids,
        line::{Line, Nothing},
        resume, sdp,
        voice::Voice,
        wire::{
            Jsep, Plugin,
            nosip::{Body, generated},
        },
    },
    error,
    id::SessionId,
    media::{Description, LegEvent, Sdp, SdpType},
};

/// The gateway between a WebRTC client and an RTP endpoint.
#[derive(Debug)]
pub(in super::super) struct Gateway {
    line: Line,
    /// The offer of the WebRTC client, if it was the one who called.
    offer: Option<Sdp>,
}

/// A gateway, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    ids: Ids,
    offer: Option<String>,
}

impl Gateway {
    /// A gateway for what `offer` is, and the offer for the other side.
    ///
    /// `owner` and `voice` are the WebRTC client's.
    ///
    /// *Cancel safety*: dropped, nothing is left on the server.
    pub(super) async fn open(
        conn: &Arc<Conn>,
        owner: &SessionId,
        voice: &Arc<Voice>,
        offer: &Description,
    ) -> Result<(Self, Description), Error> {
        let line = Line::open(conn, Plugin::Nosip, owner.as_str(), voice, Nothing).await?;
        match offer.sdp_type {
            SdpType::Webrtc => {
                let sent = Description {
                    sdp: sdp::without_data(&offer.sdp),
                    ..offer.clone()
                };
                let made = generate(&line, Jsep::offer(&sent)).await?;
                let offer = Some(offer.sdp.clone());
                Ok((Self { line, offer }, made))
            }
            SdpType::Rtp => {
                let answer = line.handle().message(&Body::offer(offer), None).await?;
                let made = answer.description(Plugin::Nosip)?;
                Ok((Self { line, offer: None }, made))
            }
        }
    }

    /// Takes over a gateway.
    pub(super) async fn resume(
        conn: &Arc<Conn>,
        saved: Saved,
        voice: &Arc<Voice>,
    ) -> error::Result<Self> {
        let offer = saved.offer.as_deref().map(resume::sdp).transpose()?;
        let line = Line::claim(conn, Plugin::Nosip, saved.ids, voice, Nothing).await?;
        Ok(Self { line, offer })
    }

    pub(super) fn save(&self) -> Saved {
        Saved {
            ids: self.line.handle().ids(),
            offer: self.offer.as_ref().map(|sdp| sdp.as_str().to_owned()),
        }
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Gives the answer of the one who was called and tells it to the one who called.
    pub(super) async fn accept(&self, answer: &Description, caller: &Voice) -> Result<(), Error> {
        let made = match answer.sdp_type {
            SdpType::Webrtc => generate(&self.line, Jsep::answer(answer)).await?,
            SdpType::Rtp => {
                let answer = self
                    .line
                    .handle()
                    .message(&Body::answer(answer), None)
                    .await?;
                self.completed(answer.description(Plugin::Nosip)?)?
            }
        };
        self.line.handle().negotiated();
        caller.tell(LegEvent::Description(made));
        Ok(())
    }

    /// The answer with what was left out of the offer.
    fn completed(&self, answer: Description) -> Result<Description, Error> {
        let Some(offer) = &self.offer else {
            return Ok(answer);
        };
        let sdp = sdp::with_data_refused(&answer.sdp, offer)
            .ok_or_else(|| Error::Malformed("an answer that does not fit its offer".into()))?;
        Ok(Description { sdp, ..answer })
    }
}

async fn generate(line: &Line, jsep: Jsep) -> Result<Description, Error> {
    let answer = line.handle().message(&Body::Generate, Some(jsep)).await?;
    let made = generated(&answer)?;
    let sdp = sdp::for_rtp(&made.sdp)
        .ok_or_else(|| Error::Malformed("an RTP description that cannot be cleaned".into()))?;
    Ok(Description { sdp, ..made })
}
