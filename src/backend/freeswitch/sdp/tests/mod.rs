//! Recorded descriptions, tables of what clients may send, and properties over all of them.

mod answers;
mod offers;
mod properties;
mod refused;

use str0m::change::SdpOffer;

use super::*;
use crate::{
    error::Reason,
    media::{Description, MediaKind, SdpType},
};

/// One exchange with a FreeSWITCH 1.10.12.
#[derive(serde::Deserialize)]
struct Recorded {
    name: String,
    offered_by: String,
    sdp_type: String,
    offer: String,
    answer: Option<String>,
}

impl Recorded {
    fn all() -> Vec<Self> {
        include_str!("../../../../../tests/fixtures/freeswitch-1.10.12/sdp.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("a recorded exchange"))
            .collect()
    }

    fn named(name: &str) -> Self {
        let mut all = Self::all().into_iter();
        all.find(|one| one.name == name).expect("it was recorded")
    }

    fn offered_by(who: &str) -> Vec<Self> {
        let all = Self::all().into_iter();
        all.filter(|one| one.offered_by == who).collect()
    }

    fn sdp_type(&self) -> SdpType {
        match self.sdp_type.as_str() {
            "rtp" => SdpType::Rtp,
            _ => SdpType::Webrtc,
        }
    }

    fn offer(&self) -> Sdp {
        sdp(&self.offer)
    }

    fn answer(&self) -> &str {
        self.answer.as_deref().expect("it was answered")
    }

    /// The answer that the client gets.
    fn answered(&self) -> Sdp {
        let given = for_server(&self.offer(), self.sdp_type()).expect("something is left");
        given.back.answer(self.answer()).expect("it is an answer")
    }
}

fn sdp(text: &str) -> Sdp {
    Sdp::parse(text).expect("valid")
}

fn description(text: &str, sdp_type: SdpType) -> Description {
    Description {
        sdp_type,
        ..Description::webrtc(sdp(text))
    }
}

fn reason(text: &str, sdp_type: SdpType) -> Option<(Reason, String)> {
    let checked = check_given(&description(text, sdp_type), "offer.sdp");
    let told = checked.err()?;
    assert_eq!(told.violations()[0].field, "offer.sdp");
    Some((told.reason(), told.message().to_owned()))
}

fn rejected(sdp: &Sdp) -> Vec<bool> {
    sdp.sections()
        .map(|section| section.is_rejected())
        .collect()
}

fn directions(sdp: &Sdp) -> Vec<&'static str> {
    let of = |section: Section<'_>| direction::Direction::of(sdp, &section).as_str();
    sdp.sections().map(of).collect()
}

fn words(error: &crate::error::Error) -> (Reason, &str) {
    (error.reason(), error.message())
}

/// What must hold of every answer to every offer.
fn assert_answers(answer: &Sdp, offer: &Sdp, sdp_type: SdpType) {
    assert_eq!(Sdp::parse(answer.as_str()).as_ref(), Ok(answer));
    let shape = |sdp: &Sdp| -> Vec<(String, Option<String>)> {
        let sections = sdp.sections();
        let one = |s: Section<'_>| (s.media().to_owned(), s.mid().map(str::to_owned));
        sections.map(one).collect()
    };
    if sdp_type == SdpType::Webrtc {
        assert_eq!(shape(answer), shape(offer));
    }
    assert_eq!(answer.sections().count(), offer.sections().count());
    assert!(answer.sections().any(|section| !section.is_rejected()));
    let allowed = |offered: &str, answered: &str| match offered {
        "sendrecv" => true,
        "sendonly" => matches!(answered, "recvonly" | "inactive"),
        "recvonly" => matches!(answered, "sendonly" | "inactive"),
        _ => answered == "inactive",
    };
    for (offered, answered) in directions(offer).into_iter().zip(directions(answer)) {
        assert!(allowed(offered, answered), "{offered} by {answered}");
    }
    for (own, offered) in answer.sections().zip(offer.sections()) {
        let said = lines(own.text()).filter(|line| direction::Direction::is_in(line));
        assert_eq!(said.count(), 1, "its direction is said, once");
        if sdp_type == SdpType::Webrtc || own.is_rejected() {
            assert_eq!(own.protocol(), offered.protocol());
        }
        assert!(own.formats().next().is_some());
    }
    let bundled = answer.session_part().matches("a=group:").count();
    let used = rejected(answer).iter().filter(|refused| !**refused).count();
    assert!(bundled == 0 || used == 1, "it cannot bundle");
}
