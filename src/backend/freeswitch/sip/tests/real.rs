//! The user agent with a real FreeSWITCH, configured as `deploy/freeswitch` is: `MEDIAPLANE_TEST_FREESWITCH` names its
//! event socket, `…_PASSWORD` what that asks for, `…_SIP` its SIP profile.

use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{
    super::{Call, Config, Error, UserAgent},
    BOTH, SipTransport, empty, forgotten,
    peer::agent,
};

/// Names it, with what is put behind.
const NAMED: &str = "MEDIAPLANE_TEST_FREESWITCH";

/// Audio without any protection.
const RTP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 30874 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

/// What a browser offers, with many candidates.
fn webrtc() -> String {
    let candidates: String = (0..90)
        .map(|port| {
            format!(
                "a=candidate:1 1 udp 2130706431 127.0.0.1 {} typ host\r\n",
                40_000 + port
            )
        })
        .collect();
    let print = vec!["AB"; 32].join(":");
    format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 40000 UDP/TLS/RTP/SAVPF 96 0\r\nc=IN IP4 127.0.0.1\r\n\
         a=mid:0\r\na=rtcp-mux\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\na=ice-ufrag:abcd\r\n\
         a=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 {print}\r\na=setup:actpass\r\na=sendrecv\r\n{candidates}"
    )
}

/// A FreeSWITCH.
struct Real {
    words: [String; 3],
    events: TcpStream,
}

impl Real {
    async fn new() -> Option<Self> {
        if std::env::var_os(NAMED).is_none() {
            eprintln!("skipped: {NAMED} names no FreeSWITCH");
            return None;
        }
        let words = ["", "_SIP", "_PASSWORD"].map(|behind| {
            let name = format!("{NAMED}{behind}");
            std::env::var(&name).unwrap_or_else(|_| panic!("{name} is set too"))
        });
        let events = TcpStream::connect(&words[0]).await.expect("it is there");
        let mut real = Self { words, events };
        real.read("auth/request\n\n").await;
        let auth = format!("auth {}\n\n", real.words[2]);
        real.write(&auth).await;
        real.read("+OK accepted\n\n").await;
        Some(real)
    }

    async fn agent(&self, transport: SipTransport) -> (UserAgent, Config) {
        let server = self.words[1].parse().expect("an address");
        agent(transport, server, |_| {}).await
    }

    async fn write(&mut self, text: &str) {
        let written = self.events.write_all(text.as_bytes()).await;
        written.expect("the connection stands");
    }

    /// All up to an end.
    async fn read(&mut self, end: &str) -> String {
        let mut all = String::new();
        while !all.ends_with(end) {
            let byte = timeout(Duration::from_secs(5), self.events.read_u8()).await;
            let byte = byte.unwrap_or_else(|_| panic!("{end:?} after {all:?}"));
            all.push(char::from(byte.expect("the connection stands")));
        }
        all
    }

    async fn api(&mut self, command: &str) -> String {
        self.write(&format!("api {command}\n\n")).await;
        let head = self.read("\n\n").await;
        let length = head.split("Content-Length: ").nth(1).expect("a length");
        let length: usize = length.trim().parse().expect("a number");
        let mut body = vec![0; length];
        let read = self.events.read_exact(&mut body).await;
        read.expect("the connection stands");
        String::from_utf8_lossy(&body).into_owned()
    }

    async fn originate(
        &mut self,
        call: Call,
        webrtc: bool,
        config: &Config,
        transport: SipTransport,
    ) {
        let media = if webrtc { ",media_webrtc=true" } else { "" };
        let transport = match transport {
            SipTransport::Tcp => "tcp",
            SipTransport::Udp => "udp",
        };
        let (profile, contact) = (&config.profile, config.sip_contact);
        let command = format!(
            "bgapi originate {{origination_uuid={call},originate_timeout=20{media}}}sofia/{profile}/{call}@{contact};transport={transport} &park\n\n"
        );
        self.write(&command).await;
        self.read("\n\n").await;
    }
}

#[tokio::test]
async fn calls_both_ways_are_made_and_ended() {
    let Some(mut real) = Real::new().await else {
        return;
    };
    for transport in BOTH {
        let (agent, config) = real.agent(transport).await;
        for offer in [RTP.to_owned(), webrtc()] {
            let call = Call::new_v4();
            let begun = Instant::now();
            let answer = agent.invite(call, &[], &offer).await;
            let answer = answer.expect("it is answered");
            assert!(begun.elapsed() < Duration::from_secs(1));
            assert!(answer.contains("m=audio"), "{answer}");
            let known = real.api(&format!("uuid_exists {call}")).await;
            assert_eq!(known, "true");
            real.api(&format!("uuid_kill {call}")).await;
            // Its BYE has come.
            empty(&agent).await;
        }
        for webrtc in [false, true] {
            let call = Call::new_v4();
            let mut expected = agent.expect(call).expect("there is room");
            real.originate(call, webrtc, &config, transport).await;
            let offer = expected.offer().await.expect("it is offered");
            assert_eq!(offer.contains("a=ice-ufrag"), webrtc, "{offer}");
            let answer = if webrtc {
                let answer = self::webrtc();
                answer.replace("setup:actpass", "setup:active")
            } else {
                RTP.to_owned()
            };
            expected.answer(&answer).await.expect("it is acknowledged");
            real.api(&format!("uuid_kill {call}")).await;
            empty(&agent).await;
        }
    }
}

#[tokio::test]
async fn calls_are_taken_back_by_either_side() {
    let Some(mut real) = Real::new().await else {
        return;
    };
    for transport in BOTH {
        let (agent, config) = real.agent(transport).await;
        let call = Call::new_v4();
        let mut expected = agent.expect(call).expect("there is room");
        real.originate(call, false, &config, transport).await;
        expected.offer().await.expect("it is offered");
        real.api(&format!("uuid_kill {call}")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(expected.answer(RTP).await, Err(Error::Gone));
        drop(expected);

        let call = Call::new_v4();
        let mut expected = agent.expect(call).expect("there is room");
        real.originate(call, false, &config, transport).await;
        expected.offer().await.expect("it is offered");
        drop(expected);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let known = real.api(&format!("uuid_exists {call}")).await;
        assert_eq!(known, "false");

        let refused = agent.invite(Call::new_v4(), &[], "v=0\r\n").await;
        assert!(
            matches!(refused, Err(Error::Rejected { .. })),
            "{refused:?}"
        );

        // Dropped while FreeSWITCH answers: taken back or hung up.
        let call = Call::new_v4();
        let asked = agent.invite(call, &[], RTP).now_or_never();
        assert!(asked.is_none(), "it is on its way");
        empty(&agent).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let known = real.api(&format!("uuid_exists {call}")).await;
        assert_eq!(known, "false");
    }
}

#[tokio::test]
async fn many_calls_at_a_time_leave_nothing() {
    let Some(mut real) = Real::new().await else {
        return;
    };
    for transport in BOTH {
        let (agent, _) = real.agent(transport).await;
        let begun = Instant::now();
        for _ in 0..10 {
            let calls: Vec<Call> = (0..20).map(|_| Call::new_v4()).collect();
            let offer = webrtc();
            let asked = calls.iter().map(|call| agent.invite(*call, &[], &offer));
            for answer in futures_util::future::join_all(asked).await {
                answer.expect("it is answered");
            }
            for call in calls {
                real.api(&format!("uuid_kill {call}")).await;
            }
        }
        empty(&agent).await;
        let spent = begun.elapsed();
        forgotten(&agent).await;
        eprintln!("{transport:?}: 200 calls in {spent:?}");
    }
}
