//! A WebRTC client and a plain RTP endpoint, joined by the server.

use std::time::Duration;

use mediaplane::Reason;
use mediaplane::event::Kind as Event;
use mediaplane::media::{SdpType, SessionType, Update};
use mediaplane::session::{Command, Create};

use crate::case::cases;
use crate::client::Client;
use crate::janus_simulator::Fault;
use crate::need::{BRIDGE_RTP, Change, ECHO_RTP, PROXY_RTP};
use crate::scenes::{self, Gateway, plain};
use crate::session::Session;
use crate::subjects::{Setup, Simulated, Subject};
use crate::support::media::{Codec, Kind};
use crate::support::peer::Options;
use crate::support::received::Receives;
use crate::support::rtp::RtpPeer;

cases! {
    a_browser_calls_a_telephone: BRIDGE_RTP;
    a_telephone_calls_a_browser: PROXY_RTP;
    a_data_channel_is_left_out: BRIDGE_RTP;
    a_gateway_that_is_not_answered: BRIDGE_RTP.with(Setup::HASTY), on [janus_simulator];
    a_telephone_is_muted: BRIDGE_RTP.to(Change::MuteAudio);
    keys_are_told: ECHO_RTP.to(Change::Dtmf);
    tones_are_sent: ECHO_RTP.to(Change::Dtmf);
}

async fn hears(subject: &Subject, phone: &RtpPeer, tag: u8) {
    if subject.has_media() {
        phone.receives(Kind::Audio, tag, 8).await;
    }
}

async fn a_browser_calls_a_telephone(subject: &Subject) {
    let Gateway {
        mut proxy,
        browser,
        mut bridge,
        phone,
    } = scenes::gateway(subject, Options::pcmu).await;
    tokio::join!(browser.receives(Kind::Audio, 2), hears(subject, &phone, 1));
    bridge.destroy().await;
    proxy.ends_with(Reason::BridgeStop).await;
    subject.leaves_nothing().await;
}

async fn a_telephone_calls_a_browser(subject: &Subject) {
    let mut phone = RtpPeer::bind(subject.media_ip(), 1, &[Codec::Pcmu]).await;
    let create = Create {
        offer: Some(plain(&phone.offer())),
        ..Create::new(SessionType::Proxy)
    };
    let mut proxy = subject.begin(create).await.expect("a proxy");
    let create = Create::new(SessionType::Bridge {
        peer_id: proxy.id.clone(),
    });
    let (mut bridge, offer) = subject.create(create).await.expect("a bridge");
    assert_eq!(offer.sdp_type, SdpType::Webrtc);
    let browser = Client::answers(subject, 2, &offer, |options| options).await;
    bridge.set_answer(browser.description()).await;
    let answer = proxy.answer().await;
    assert_eq!(answer.sdp_type, SdpType::Rtp);
    if subject.has_media() {
        phone.accept_answer(answer.sdp.as_str());
    }
    bridge.connected().await;
    tokio::join!(browser.receives(Kind::Audio, 1), hears(subject, &phone, 2));
    proxy.destroy().await;
    bridge.ends_with(Reason::BridgeStop).await;
    subject.leaves_nothing().await;
}

async fn a_data_channel_is_left_out(subject: &Subject) {
    let with_data = |options: Options| options.pcmu().data();
    let Gateway {
        proxy,
        browser,
        bridge,
        phone,
    } = scenes::gateway(subject, with_data).await;
    tokio::join!(browser.receives(Kind::Audio, 2), hears(subject, &phone, 1));
    let told = bridge.offer().await;
    assert!(
        told.sdp
            .sections()
            .all(|section| section.media() == "audio"),
        "{:?}",
        bridge.id
    );
    let sections = proxy.answer().await;
    let refused: Vec<bool> = sections
        .sdp
        .sections()
        .map(|section| section.is_rejected())
        .collect();
    assert_eq!(
        refused,
        [false, true],
        "the answer has an m-section for each of the offer"
    );
}

async fn a_telephone_is_muted(subject: &Subject) {
    let Gateway {
        proxy: _proxy,
        browser,
        bridge,
        phone,
    } = scenes::gateway(subject, Options::pcmu).await;
    browser.receives(Kind::Audio, 2).await;
    bridge.media(|update| update.mute_audio = Some(true)).await;
    browser.falls_silent(Kind::Audio).await;
    hears(subject, &phone, 1).await;
    bridge.media(|update| update.mute_audio = Some(false)).await;
    browser.receives(Kind::Audio, 2).await;
    browser.is_continuous().await;
}

/// A telephone with keys whose sound comes back.
async fn telephone(subject: &Subject) -> (Session<'_>, RtpPeer) {
    let mut phone = RtpPeer::bind(subject.media_ip(), 1, &[Codec::Pcmu])
        .await
        .tones();
    let create = Create {
        offer: Some(plain(&phone.offer())),
        ..Create::new(SessionType::Echo)
    };
    let (session, answer) = subject.create(create).await.expect("an echo");
    phone.accept_answer(answer.sdp.as_str());
    hears(subject, &phone, 1).await;
    (session, phone)
}

async fn keys_are_told(subject: &Subject) {
    let (mut session, phone) = telephone(subject).await;
    if !subject.hears_keys_in_an_echo() {
        let park = Update::Type(SessionType::Park);
        session.update(park).await.expect("it is parked");
    }
    for digit in ['1', '#', 'A'] {
        match subject.simulated() {
            Some(simulator) => simulator.press(session.id.as_str(), digit),
            None => phone.press(digit).await,
        }
        session
            .tells("a key", |kind| match kind {
                Event::Dtmf { digit: told, .. } => (*told == digit).then_some(()),
                _ => None,
            })
            .await;
    }
}

async fn tones_are_sent(subject: &Subject) {
    let (session, phone) = telephone(subject).await;
    let tones = Update::Dtmf {
        digits: "12*".into(),
        duration: Duration::from_millis(100),
    };
    session.update(tones).await.expect("tones");
    if let Some(Simulated::FreeSwitch(freeswitch)) = subject.simulated() {
        let asked = freeswitch.commands();
        let is_sent = |command: &String| command.ends_with(" 12*@100");
        return assert!(asked.iter().any(is_sent), "{asked:#?}");
    }
    phone.hears_tones("12*").await;
    hears(subject, &phone, 1).await;
    phone.is_continuous().await;
}

async fn a_gateway_that_is_not_answered(subject: &Subject) {
    let browser = Client::offers(subject, 1, Options::pcmu).await;
    let proxy = subject
        .begin(browser.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    let create = || Create {
        sdp_type: SdpType::Rtp,
        ..Create::new(SessionType::Bridge {
            peer_id: proxy.id.clone(),
        })
    };
    subject
        .simulator()
        .order_next(1, "nosip.generate", Fault::AckOnly);
    let refused = subject.create(create()).await.err().expect("no answer");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused:?}");
    subject.leaves_nothing().await;

    let (bridge, offer) = subject.create(create()).await.expect("the proxy waited");
    let mut phone = RtpPeer::bind(subject.media_ip(), 2, &[Codec::Pcmu]).await;
    subject
        .simulator()
        .order_next(1, "nosip.process", Fault::AckOnly);
    let answer = plain(&phone.answer(offer.sdp.as_str()));
    let refused = bridge.command(Command::SetAnswer(answer)).await;
    assert_eq!(
        refused.expect_err("no answer").reason(),
        Reason::BackendTimeout
    );
}
