//! Calls that FreeSWITCH makes, and what else may come.

use std::time::Duration;

use super::{
    super::{Call, Error},
    BOTH, SipTransport, empty, forgotten, long,
    peer::{Peer, pair, pair_with, tag},
};

/// Rings, and tells the tag of the other side.
async fn ring(peer: &mut Peer, call: Call, offer: &str) -> String {
    let invite = peer.request("INVITE", call, "", 1, offer);
    peer.send(&invite).await;
    let ringing = peer.next().await;
    assert_eq!(ringing.start(), "SIP/2.0 180 Ringing");
    tag(&ringing)
}

#[tokio::test]
async fn an_expected_call_is_offered_answered_and_ended() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let call = Call::new_v4();
        let mut expected = agent.expect(call).expect("there is room");
        let own = ring(&mut peer, call, &long("offer")).await;
        assert_eq!(expected.offer().await, Ok(long("offer")));
        assert_eq!(expected.offer().await, Ok(long("offer")));
        let answer = tokio::spawn(async move { expected.answer(&long("answer")).await });
        let first = peer.until("SIP/2.0 200").await;
        assert_eq!(first.body(), long("answer"));
        assert_eq!(tag(&first), own);
        // It was lost.
        let again = peer.until("SIP/2.0 200").await;
        assert_eq!(again.0, first.0);
        let ack = peer.request("ACK", call, &own, 1, "");
        peer.send(&ack).await;
        assert_eq!(answer.await.expect("no panic"), Ok(()));
        peer.send(&ack).await;
        assert_eq!(agent.0.calls.len(), 1);
        let bye = peer.request("BYE", call, &own, 2, "");
        peer.send(&bye).await;
        peer.until("SIP/2.0 200").await;
        empty(&agent).await;
    }
}

#[tokio::test]
async fn a_call_that_is_taken_back_is_gone() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let call = Call::new_v4();
        let mut expected = agent.expect(call).expect("there is room");
        let own = ring(&mut peer, call, "v=0\r\n").await;
        expected.offer().await.expect("it is offered");
        let cancel = peer.request("CANCEL", call, "", 1, "");
        peer.send(&cancel).await;
        let heard = peer.next().await;
        assert_eq!(heard.value("CSeq"), "1 CANCEL");
        let ended = peer.until("SIP/2.0 487").await;
        assert_eq!(tag(&ended), own);
        peer.concede(call, &own, 1).await;
        assert_eq!(expected.answer("v=0\r\n").await, Err(Error::Gone));
        assert_eq!(expected.offer().await, Err(Error::Gone));
        drop(expected);
        empty(&agent).await;
    }
}

#[tokio::test]
async fn what_is_not_expected_any_more_is_declined_or_refused() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let call = Call::new_v4();
        let mut expected = agent.expect(call).expect("there is room");
        let own = ring(&mut peer, call, "v=0\r\n").await;
        expected.offer().await.expect("it is offered");
        drop(expected);
        peer.until("SIP/2.0 603").await;
        peer.concede(call, &own, 1).await;

        let call = Call::new_v4();
        drop(agent.expect(call).expect("there is room"));
        let invite = peer.request("INVITE", call, "", 1, "v=0\r\n");
        peer.send(&invite).await;
        let refused = peer.until("SIP/2.0 404").await;
        peer.concede(call, &tag(&refused), 1).await;
        empty(&agent).await;
    }
}

#[tokio::test]
async fn a_call_must_have_its_name_as_call_id_and_user() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let (call, other) = (Call::new_v4(), Call::new_v4());
        let mut expected = agent.expect(call).expect("there is room");
        let invite = peer.request("INVITE", call, "", 1, "v=0\r\n");
        let (ours, theirs) = (format!("Call-ID: {call}"), format!("Call-ID: {other}"));
        peer.send(&invite.replace(&ours, &theirs)).await;
        peer.until("SIP/2.0 404").await;
        let mute = peer.request("INVITE", call, "", 2, "");
        peer.send(&mute).await;
        peer.until("SIP/2.0 488").await;
        let waited = tokio::time::timeout(Duration::from_secs(1), expected.offer()).await;
        assert_eq!(waited.expect("it is over"), Err(Error::Gone));
    }
}

#[tokio::test]
async fn what_belongs_to_nothing_is_answered_and_leaves_nothing() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        let call = Call::new_v4();
        for (method, own, status) in [
            ("CANCEL", "", "SIP/2.0 481 "),
            ("BYE", "earlier", "SIP/2.0 200 OK"),
            ("OPTIONS", "", "SIP/2.0 200 OK"),
            ("INFO", "earlier", "SIP/2.0 405 "),
            ("INVITE", "earlier", "SIP/2.0 481 "),
        ] {
            let request = peer.request(method, call, own, 9, "");
            peer.send(&request).await;
            let response = peer.next().await;
            assert!(
                response.start().starts_with(status),
                "{method} {response:?}"
            );
            assert_eq!(response.value("Call-ID"), call.to_string());
        }
        let ack = peer.request("ACK", call, "earlier", 9, "");
        peer.send(&ack).await;
        assert!(peer.is_quiet().await);
        empty(&agent).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_acknowledged_is_waited_on_for_so_long() {
    for transport in BOTH {
        let brief = Duration::from_millis(100);
        let (agent, mut peer, _) = pair_with(transport, |it| it.request_timeout = brief).await;
        let call = Call::new_v4();
        let mut expected = agent.expect(call).expect("there is room");
        assert_eq!(expected.answer("v=0\r\n").await, Err(Error::Gone));
        let mut expected = {
            drop(expected);
            agent.expect(call).expect("there is room")
        };
        let own = ring(&mut peer, call, "v=0\r\n").await;
        expected.offer().await.expect("it is offered");
        let late = Error::Timeout {
            command: "200 OK",
            after: brief,
        };
        assert_eq!(expected.answer("v=0\r\n").await, Err(late));
        let ack = peer.request("ACK", call, &own, 1, "");
        peer.send(&ack).await;
        assert_eq!(expected.answer("v=0\r\n").await, Ok(()));
        agent.forget(call);
        empty(&agent).await;
    }
}

#[tokio::test]
async fn what_was_offered_on_a_connection_ends_with_it() {
    let (agent, mut peer, _) = pair(SipTransport::Tcp).await;
    let call = Call::new_v4();
    let mut expected = agent.expect(call).expect("there is room");
    ring(&mut peer, call, "v=0\r\n").await;
    expected.offer().await.expect("it is offered");
    peer.hang_up();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(expected.answer("v=0\r\n").await, Err(Error::Gone));
    drop(expected);
    empty(&agent).await;
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_answered_again() {
    let (agent, mut peer, _) = pair(SipTransport::Udp).await;
    let call = Call::new_v4();
    let bye = peer.request("BYE", call, "earlier", 9, "");
    peer.send(&bye).await;
    let first = peer.next().await;
    peer.send(&bye).await;
    assert_eq!(peer.next().await.0, first.0);
    empty(&agent).await;
}

#[tokio::test]
async fn garbage_does_no_harm() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        for garbage in [
            "\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "INVITE sip:x SIP/2.0\r\n\r\n",
            "INVITE sip:x@y SIP/2.0\r\nVia: nonsense\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "SIP/2.0 999 What\r\nVia: SIP/2.0/UDP x;branch=1\r\nCSeq: x\r\nContent-Length: 0\r\n\r\n",
            "BYE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9\r\nContent-Length: 0\r\n\r\n",
            "\u{0}\u{1}\u{fffd}",
        ] {
            peer.send(garbage).await;
            // A connection on which nonsense came is given up.
            peer.hang_up();
        }
        let options = peer.request("OPTIONS", Call::new_v4(), "", 1, "");
        peer.send(&options).await;
        peer.until("SIP/2.0 200").await;
        empty(&agent).await;
    }
}

#[tokio::test]
async fn no_more_calls_than_allowed() {
    let (agent, ..) = pair_with(SipTransport::Udp, |it| it.max_pending = 1).await;
    let _first = agent.expect(Call::new_v4()).expect("there is room");
    let _second = agent.expect(Call::new_v4()).expect("there is room");
    let third = agent.expect(Call::new_v4()).expect_err("it is full");
    assert_eq!(third, Error::Overloaded);
}

#[tokio::test]
async fn nothing_is_left_of_many_calls() {
    for transport in BOTH {
        let (agent, mut peer, _) = pair(transport).await;
        for _ in 0..1000 {
            let call = Call::new_v4();
            let mut expected = agent.expect(call).expect("there is room");
            let own = ring(&mut peer, call, "v=0\r\n").await;
            let ack = peer.request("ACK", call, &own, 1, "");
            let played = async {
                peer.until("SIP/2.0 200").await;
                peer.send(&ack).await;
            };
            let answered = async {
                expected.offer().await?;
                expected.answer("v=0\r\n").await
            };
            let (answered, ()) = tokio::join!(answered, played);
            assert_eq!(answered, Ok(()));
            // The BYE of every other call is lost.
            if call.as_u128().is_multiple_of(2) {
                agent.forget(call);
            } else {
                let bye = peer.request("BYE", call, &own, 2, "");
                peer.send(&bye).await;
                peer.until("SIP/2.0 200").await;
            }
        }
        empty(&agent).await;
        forgotten(&agent).await;
    }
}
