//! What must not be in the logs of a service that is run as documented.
//!
//! A process of its own: which places in the code are heard at all is settled once for a process.

#[allow(dead_code, reason = "one test uses a part of it")]
#[path = "grpc/service.rs"]
mod service;

use std::{io, sync::Arc};

use mediaplane::{proto, telemetry::log};
use parking_lot::Mutex;

use service::{ADDRESS, PASSWORD, Service, answer, callee, caller, candidate, reason, watching};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One thread, so that its subscriber sees all that the service does.
#[tokio::test(flavor = "current_thread")]
async fn neither_descriptions_nor_addresses_nor_secrets_are_logged() {
    let lines = Lines::default();
    let writer = lines.clone();
    let filter = log::filter("info").expect("a level");
    let subscriber = log::subscriber(filter, log::Format::Json, move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber);

    let service = Service::start().await;
    let caller_id = service.create(caller()).await;
    let callee_id = service.create(callee(&caller_id)).await;
    let mut sessions = service.sessions();
    sessions
        .set_candidate(candidate(&caller_id, 4711))
        .await
        .expect("taken");
    let request = proto::GetOfferRequest {
        session_id: callee_id.clone(),
    };
    sessions.get_offer(request).await.expect("an offer");
    sessions.set_answer(answer(&callee_id)).await.expect("set");
    let mut garbled = answer(&callee_id);
    garbled
        .answer
        .as_mut()
        .expect("set")
        .sdp
        .push_str("garbled");
    let refused = sessions.set_answer(garbled).await.unwrap_err();
    assert_eq!(reason(&refused).0, "INVALID_SDP");
    service.destroy(&caller_id).await;
    let mut events = service.watch(watching(&[&callee_id])).await;
    while events.item().await.is_some() {}
    service.stop().await;

    let text = String::from_utf8(lines.0.lock().clone()).expect("UTF-8");
    assert_eq!(text.matches("session ended").count(), 2, "{text}");
    assert!(
        text.contains(&caller_id) && text.contains(&callee_id),
        "{text}"
    );
    for secret in [ADDRESS, PASSWORD, "v=0", "a=mid", "candidate:", "4711 typ"] {
        assert!(!text.contains(secret), "{secret} is in:\n{text}");
    }
}
