//! Calls that this side makes.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{
    super::{Call, Config, Error, UserAgent, Word},
    BOTH, SipTransport, empty, long,
    peer::{Message, agent, pair, pair_with},
};

fn calling(
    agent: &UserAgent,
    call: Call,
    offer: &str,
) -> tokio::task::JoinHandle<Result<String, Error>> {
    let (agent, offer) = (agent.clone(), offer.to_owned());
    tokio::spawn(async move {
        let session = Word::new("session-1").expect("a word");
        agent
            .invite(call, &[("X-NK-Session", session)], &offer)
            .await
    })
}

/// The tag of this side.
fn from_tag(invite: &Message) -> String {
    let from = invite.value("From");
    from.split_once("tag=").expect("a tag").1.to_owned()
}

#[tokio::test]
async fn a_call_is_answered_acknowledged_and_ended() {
    for transport in BOTH {
        let (agent, mut peer, config) = pair(transport).await;
        let call = Call::new_v4();
        let asked = calling(&agent, call, &long("offer"));
        let invite = peer.next().await;
        let target = format!("INVITE sip:mediaplane@{} SIP/2.0", config.sip);
        assert_eq!(invite.start(), target);
        assert_eq!(invite.value("Call-ID"), call.to_string());
        assert_eq!(invite.value("X-NK-Session"), "session-1");
        assert_eq!(invite.body(), long("offer"));
        let by_tcp = invite.value("Contact").contains(";transport=tcp");
        assert_eq!(by_tcp, transport == SipTransport::Tcp);
        peer.respond(&invite, "100 Trying", "").await;
        peer.respond(&invite, "200 OK", &long("answer")).await;
        let ack = peer.until("ACK").await;
        assert!(ack.start().contains("sip:fs@"), "{ack:?}");
        let answer = asked.await.expect("it does not panic");
        assert_eq!(answer, Ok(long("answer")), "{transport:?}");
        // The ACK was lost.
        peer.respond(&invite, "200 OK", &long("answer")).await;
        peer.until("ACK").await;
        // A re-INVITE changes nothing on this side.
        let tag = from_tag(&invite);
        let again = peer.request("INVITE", call, &tag, 7, "v=0\r\n");
        peer.send(&again).await;
        let same = peer.until("SIP/2.0 200").await;
        assert_eq!(same.body(), long("offer"));
        let ack = peer.request("ACK", call, &tag, 7, "");
        peer.send(&ack).await;
        assert_eq!(agent.0.calls.len(), 1);
        let bye = peer.request("BYE", call, &tag, 8, "");
        peer.send(&bye).await;
        peer.until("SIP/2.0 200").await;
        empty(&agent).await;
    }
}

#[tokio::test]
async fn a_refusal_tells_its_status_and_words() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
        let invite = peer.next().await;
        let words = "400 Bad Session Description";
        peer.respond(&invite, words, "").await;
        peer.until("ACK").await;
        let refused = Error::Rejected {
            status: 400,
            phrase: "Bad Session Description".to_owned(),
        };
        assert_eq!(asked.await.expect("no panic"), Err(refused));
        empty(&agent).await;
    }
}

#[tokio::test]
async fn a_call_that_nobody_wants_any_more_is_taken_back() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
        let invite = peer.next().await;
        peer.respond(&invite, "100 Trying", "").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        asked.abort();
        let cancel = peer.until("CANCEL").await;
        assert_eq!(cancel.value("Via"), invite.value("Via"));
        assert_eq!(cancel.value("CSeq"), "1 CANCEL");
        peer.respond(&cancel, "200 OK", "").await;
        peer.respond(&invite, "487 Request Terminated", "").await;
        peer.until("ACK").await;
        empty(&agent).await;
    }
}

#[tokio::test]
async fn before_any_response_a_call_is_not_taken_back_and_a_late_answer_is_hung_up() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
        let invite = peer.next().await;
        asked.abort();
        assert!(peer.is_quiet().await);
        peer.respond(&invite, "200 OK", "v=0\r\n").await;
        peer.until("ACK").await;
        let bye = peer.until("BYE").await;
        assert_eq!(
            bye.value("To"),
            format!("{};tag=theirs", invite.value("To"))
        );
        peer.respond(&bye, "200 OK", "").await;
        empty(&agent).await;
    }
}

#[tokio::test]
async fn silence_is_a_timeout() {
    for transport in BOTH {
        let brief = Duration::from_millis(300);
        let (agent, mut peer, _) = pair_with(transport, |it| it.request_timeout = brief).await;
        let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
        let invite = peer.next().await;
        let outcome = asked.await.expect("no panic");
        let late = Error::Timeout {
            command: "INVITE",
            after: brief,
        };
        assert_eq!(outcome, Err(late));
        // It is taken back as soon as it can be.
        peer.respond(&invite, "180 Ringing", "").await;
        let cancel = peer.until("CANCEL").await;
        peer.respond(&cancel, "200 OK", "").await;
        peer.respond(&invite, "487 Request Terminated", "").await;
        empty(&agent).await;
    }
}

#[tokio::test]
async fn a_lost_connection_is_told_at_once_and_another_is_opened() {
    let (agent, mut peer, _) = pair(SipTransport::Tcp).await;
    let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
    peer.next().await;
    peer.hang_up();
    let lost = Err(Error::Disconnected { command: "INVITE" });
    assert_eq!(asked.await.expect("no panic"), lost);
    let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
    let invite = peer.next().await;
    peer.respond(&invite, "486 Busy Here", "").await;
    let outcome = asked.await.expect("no panic");
    assert!(matches!(outcome, Err(Error::Rejected { status: 486, .. })));
    empty(&agent).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let nobody = "127.0.0.1:1".parse().expect("an address");
    let (agent, config) = agent(SipTransport::Tcp, nobody, |_| {}).await;
    let outcome = agent.invite(Call::new_v4(), &[], "v=0\r\n").await;
    assert!(matches!(outcome, Err(Error::Unreachable(_))), "{outcome:?}");
    let second = UserAgent::start(&config, CancellationToken::new()).await;
    assert!(second.is_err(), "its port is taken");
    empty(&agent).await;
}

#[tokio::test]
async fn it_stops_while_a_call_is_on_its_way() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
        peer.next().await;
        agent.0.shutdown.cancel();
        let patience = Duration::from_secs(2);
        let stopped = tokio::time::timeout(patience, agent.stopped()).await;
        assert!(stopped.is_ok(), "{transport:?}");
        let lost = Err(Error::Disconnected { command: "INVITE" });
        assert_eq!(asked.await.expect("no panic"), lost);
        assert_eq!(agent.0.calls.len(), 0);
    }
}

#[tokio::test]
async fn it_leaves_when_what_was_on_its_way_is_taken_back_or_hung_up() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let waits = calling(&agent, Call::new_v4(), "v=0\r\n");
        let waited_for = peer.next().await;
        let aborted = calling(&agent, Call::new_v4(), "v=0\r\n");
        let given_up = peer.next().await;
        aborted.abort();
        let leaver = agent.clone();
        let leaves = tokio::spawn(async move { leaver.leave().await });
        let lost = Err(Error::Disconnected { command: "INVITE" });
        assert_eq!(waits.await.expect("no panic"), lost);
        peer.respond(&given_up, "200 OK", "v=0\r\n").await;
        let bye = peer.until("BYE").await;
        peer.respond(&bye, "200 OK", "").await;
        peer.respond(&waited_for, "100 Trying", "").await;
        let cancel = peer.until("CANCEL").await;
        assert_eq!(cancel.value("Via"), waited_for.value("Via"));
        peer.respond(&cancel, "200 OK", "").await;
        assert!(!leaves.is_finished(), "it is not heard yet");
        peer.respond(&waited_for, "487 Request Terminated", "")
            .await;
        leaves.await.expect("no panic");
        let too_late = agent.invite(Call::new_v4(), &[], "v=0\r\n").await;
        assert!(
            matches!(too_late, Err(Error::Unreachable(_))),
            "{too_late:?}"
        );
        empty(&agent).await;
    }
}

#[tokio::test]
async fn it_leaves_a_server_that_is_silent_in_time() {
    let brief = |config: &mut Config| config.request_timeout = Duration::from_millis(300);
    let (agent, mut peer, _) = pair_with(SipTransport::Tcp, brief).await;
    let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
    peer.next().await;
    let left = tokio::time::timeout(Duration::from_secs(5), agent.leave()).await;
    assert!(left.is_ok());
    assert!(asked.await.expect("no panic").is_err());
    agent.0.shutdown.cancel();
    agent.stopped().await;
}

/// More than the buffers of a connection hold.
fn offer_that_is_not_read() -> String {
    format!("v=0\r\n{}", "a=x\r\n".repeat(2_000_000))
}

#[tokio::test]
async fn a_server_that_reads_nothing_is_a_timeout() {
    let brief = Duration::from_millis(300);
    let (agent, _peer, _) = pair_with(SipTransport::Tcp, |it| it.request_timeout = brief).await;
    let asked = calling(&agent, Call::new_v4(), &offer_that_is_not_read());
    let late = Error::Timeout {
        command: "INVITE",
        after: brief,
    };
    assert_eq!(asked.await.expect("no panic"), Err(late));
    agent.0.shutdown.cancel();
    agent.stopped().await;
}

#[tokio::test]
async fn a_call_that_is_given_up_while_it_is_acknowledged_holds_up_no_other() {
    let (agent, mut peer, _) = pair(SipTransport::Tcp).await;
    let asked = calling(&agent, Call::new_v4(), "v=0\r\n");
    let invite = peer.next().await;
    peer.respond(&invite, "100 Trying", "").await;
    // The connection is full from here on, so that the ACK must wait.
    let other = calling(&agent, Call::new_v4(), &offer_that_is_not_read());
    tokio::time::sleep(Duration::from_millis(200)).await;
    peer.respond(&invite, "200 OK", "v=0\r\n").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    asked.abort();
    tokio::time::sleep(Duration::from_millis(200)).await;
    // In whatever order: all of it comes.
    let mut missing = vec!["INVITE", "ACK", "BYE"];
    while !missing.is_empty() {
        let message = peer.next().await;
        missing.retain(|kind| !message.start().starts_with(kind));
        match message.start().split(' ').next() {
            Some("INVITE") => peer.respond(&message, "486 Busy Here", "").await,
            Some("BYE") => peer.respond(&message, "200 OK", "").await,
            _ => {}
        }
    }
    assert!(other.await.expect("no panic").is_err());
    empty(&agent).await;
}
