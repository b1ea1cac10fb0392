//! An open leg with what it tells, and the requests for one, for the tests of any driver.

// Each test binary compiles all of this and uses a part of it.
#![allow(dead_code, reason = "each test binary uses a part of the instruments")]

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use mediaplane::{
    Error, Reason,
    backend::{Backend, Leg, LegEvents, Open, Opened},
    id::SessionId,
    media::{
        Description, JsonMap, LegEvent, MediaUpdate, Outcome, Role, Sdp, SdpType, SessionType,
        Update,
    },
};
use tokio::{sync::mpsc, time::timeout};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// Events of a leg that may wait for the test.
const EVENTS: usize = 256;

/// An open leg.
pub(crate) struct Opening {
    pub(crate) session_id: SessionId,
    pub(crate) leg: Arc<dyn Leg>,
    pub(crate) heard: mpsc::Receiver<LegEvent>,
    pub(crate) description: Option<Description>,
}

impl Opening {
    /// Opens a leg.
    pub(crate) async fn of(driver: &dyn Backend, request: Open) -> Result<Self, Error> {
        let session_id = request.session_id.clone();
        let (events, heard) = LegEvents::new(EVENTS);
        let Opened { leg, description } = driver.open(request, events).await?;
        Ok(Self {
            session_id,
            leg,
            heard,
            description,
        })
    }

    /// The description that it came with.
    pub(crate) fn sdp(&self) -> &str {
        let description = self
            .description
            .as_ref()
            .expect("it came with a description");
        description.sdp.as_str()
    }

    /// The next event that `wanted` makes something of; others are passed over.
    pub(crate) async fn hears<T>(&mut self, wanted: impl Fn(&LegEvent) -> Option<T>) -> T {
        self.hears_within(PATIENCE, wanted).await
    }

    pub(crate) async fn hears_within<T>(
        &mut self,
        patience: Duration,
        wanted: impl Fn(&LegEvent) -> Option<T>,
    ) -> T {
        let mut passed = Vec::new();
        let found = timeout(patience, async {
            loop {
                let event = self.heard.recv().await.expect("the leg lives");
                if let Some(found) = wanted(&event) {
                    return found;
                }
                passed.push(event);
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("not heard in {patience:?}; passed: {passed:#?}"))
    }

    /// Waits until it ends.
    pub(crate) async fn ends(&mut self) -> (Reason, String) {
        self.hears(|event| match event {
            LegEvent::Closed { reason, message } => Some((*reason, message.clone())),
            _ => None,
        })
        .await
    }

    /// Waits for a description that comes later.
    pub(crate) async fn described(&mut self) -> Description {
        self.hears(|event| match event {
            LegEvent::Description(description) => Some(description.clone()),
            _ => None,
        })
        .await
    }

    /// Waits for a notice of this class.
    pub(crate) async fn notices(&mut self, wanted: &str) {
        self.hears(|event| {
            matches!(event, LegEvent::Status { class, .. } if *class == wanted).then_some(())
        })
        .await;
    }

    pub(crate) async fn update(&self, media: MediaUpdate) {
        let done = self.leg.update(Update::Media(media)).await;
        assert_eq!(done.expect("a media update"), Outcome::Done);
    }
}

/// What `future` yields if it is done within so many polls; else it is dropped then.
pub(crate) async fn dropped_after<T>(polls: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

pub(crate) fn webrtc(sdp: &str) -> Description {
    Description::webrtc(Sdp::parse(sdp).expect("a description"))
}

pub(crate) fn rtp(sdp: &str) -> Description {
    Description {
        sdp_type: SdpType::Rtp,
        ..webrtc(sdp)
    }
}

pub(crate) fn request(kind: SessionType, offer: Option<Description>) -> Open {
    Open {
        session_id: SessionId::random(),
        kind,
        role: if offer.is_some() {
            Role::Offeree
        } else {
            Role::Offerer
        },
        sdp_type: offer
            .as_ref()
            .map_or(SdpType::Webrtc, |offer| offer.sdp_type),
        offer,
        media: MediaUpdate::default(),
        options: JsonMap::new(),
    }
}

pub(crate) fn echo(offer: &str) -> Open {
    request(SessionType::Echo, Some(webrtc(offer)))
}

pub(crate) fn mute_audio(mute: bool) -> MediaUpdate {
    MediaUpdate {
        mute_audio: Some(mute),
        ..MediaUpdate::default()
    }
}
