//! Offer and answer of a whole session (RFC 3264).

use std::{net::SocketAddr, time::Instant};

use super::{
    sdp::{
        self, Feedback, Format, Line, Local, Refused, Remote, Wanted, describe, offered, selected,
        unusable,
    },
    section::Section,
    session::{Session, State},
};
use crate::{
    error::{Error, Reason, Result},
    media::{Codec, MediaKind, Sdp},
};

impl Session {
    /// Makes the offer with `wanted` as its m-sections.
    ///
    /// Each may be audio or video; feedback is offered for video, and then the profile is RTP/AVPF.
    ///
    /// # Errors
    /// `OFFER_ALREADY_SET` if there is one; `NOT_SUPPORTED` if an m-section has no codec of its kind, or there is none.
    pub fn offer(&mut self, wanted: &[Wanted]) -> Result<String> {
        self.expect_new()?;
        let empty = |want: &Wanted| !want.codecs.iter().any(|codec| codec.kind() == want.kind);
        if wanted.is_empty() || wanted.iter().any(empty) {
            let message = "an offer needs m-sections, and each a codec of its kind";
            return Err(Error::new(Reason::NotSupported, message));
        }
        let sections = wanted.iter().enumerate().map(|(index, want)| {
            let formats = offered(want.kind, &want.codecs);
            let mut section = Section::new(index, want.kind, want.local, formats);
            section.mid = Some(index.to_string());
            Some(section)
        });
        self.sections = sections.collect();
        self.state = State::Offered;
        let used = self.sections.iter().flatten();
        let lines: Vec<Line<'_>> = used.map(offer_line).collect();
        Ok(describe(id(), &lines))
    }

    /// Takes the answer to our offer.
    ///
    /// # Errors
    /// `OFFER_NOT_SET` or `ANSWER_ALREADY_SET` if it is not the time for it; `INVALID_SDP` if it does not fit the
    /// offer or refuses all of it. Then the session is as it was.
    pub fn accept(&mut self, now: Instant, answer: &Sdp) -> Result<()> {
        self.expect_offered()?;
        let read = sdp::read(answer)?;
        if read.len() != self.sections.len() {
            let (has, needs) = (read.len(), self.sections.len());
            let message = format!("the answer has {has} m-sections and the offer {needs}");
            return Err(Error::new(Reason::InvalidSdp, message));
        }
        let pairs = self.sections.iter().zip(read);
        let agreed: Vec<_> = pairs
            .map(|(section, remote)| accepted(section.as_ref(), remote?))
            .collect();
        if agreed.iter().all(Result::is_err) {
            return Err(unusable(agreed.iter().filter_map(|one| one.as_ref().err())));
        }
        for (slot, agreed) in self.sections.iter_mut().zip(agreed) {
            match (slot.as_mut(), agreed) {
                (Some(section), Ok((remote, sends))) => section.agree(now, &remote, sends),
                _ => *slot = None,
            }
        }
        self.state = State::Agreed;
        Ok(())
    }

    /// Answers `offer` with those of `codecs` that it has, in its order, and its tones.
    ///
    /// `locals` are the sockets of each m-section, as [`super::needs`] asks for them; a section without is refused.
    ///
    /// # Errors
    /// `OFFER_ALREADY_SET` if there is one; `INVALID_SDP` if not a single section can be used.
    pub fn answer(
        &mut self,
        now: Instant,
        offer: &Sdp,
        locals: &[Option<Local>],
        codecs: &[Codec],
    ) -> Result<String> {
        self.expect_new()?;
        let read = sdp::read(offer)?;
        let agreed: Vec<Result<_, Refused>> = read
            .into_iter()
            .enumerate()
            .map(|(index, remote)| {
                let local = locals.get(index).copied().flatten();
                answered(index, remote?, local.ok_or(Refused::Caller)?, codecs)
            })
            .collect();
        if agreed.iter().all(Result::is_err) {
            return Err(unusable(agreed.iter().filter_map(|one| one.as_ref().err())));
        }
        let agreed: Vec<Option<(Section, Remote)>> = agreed.into_iter().map(Result::ok).collect();
        let lines: Vec<Line<'_>> = offer
            .sections()
            .zip(&agreed)
            .map(|(section, agreed)| match agreed {
                Some((ours, remote)) => answer_line(ours, remote),
                None => Line::Refused(section),
            })
            .collect();
        let text = describe(id(), &lines);
        let sections = agreed.into_iter().map(|agreed| {
            let (mut section, remote) = agreed?;
            let sends = section.receives.clone();
            section.agree(now, &remote, sends);
            Some(section)
        });
        self.sections = sections.collect();
        self.state = State::Agreed;
        Ok(text)
    }

    fn expect_new(&self) -> Result<()> {
        match self.state {
            State::New => Ok(()),
            _ => Err(Error::new(
                Reason::OfferAlreadySet,
                "the leg has an offer already",
            )),
        }
    }

    fn expect_offered(&self) -> Result<()> {
        match self.state {
            State::Offered => Ok(()),
            State::New => Err(Error::new(Reason::OfferNotSet, "the leg has no offer yet")),
            State::Agreed | State::Closed => Err(Error::new(
                Reason::AnswerAlreadySet,
                "the leg has an answer already",
            )),
        }
    }
}

/// A number that tells this description from others (RFC 8866, section 5.2).
fn id() -> u64 {
    rand::random::<u64>() >> 1
}

fn media(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Data => "application",
        MediaKind::Audio | MediaKind::Video => kind.as_str(),
    }
}

fn offer_line(section: &Section) -> Line<'_> {
    let video = section.kind == MediaKind::Video;
    Line::Used {
        media: media(section.kind),
        protocol: if video { "RTP/AVPF" } else { "RTP/AVP" },
        rtp: section.local.rtp,
        rtcp: section.local.rtcp,
        rtcp_mux: true,
        mid: section.mid.as_deref(),
        direction: section.local.direction,
        formats: &section.receives,
        feedback: if video {
            Feedback::ALL
        } else {
            Feedback::default()
        },
    }
}

fn answer_line<'a>(section: &'a Section, remote: &Remote) -> Line<'a> {
    Line::Used {
        media: media(section.kind),
        protocol: remote.protocol,
        rtp: section.local.rtp,
        rtcp: section.local.rtcp.filter(|_| !remote.rtcp_mux),
        rtcp_mux: remote.rtcp_mux,
        mid: section.mid.as_deref(),
        direction: section.local.direction.limited_by(remote.direction),
        formats: &section.receives,
        feedback: Feedback::ALL.and(remote.feedback),
    }
}

/// Our part of an answer to `remote`.
fn answered(
    index: usize,
    remote: Remote,
    local: Local,
    codecs: &[Codec],
) -> Result<(Section, Remote), Refused> {
    expect_family(&local, &remote)?;
    let formats = selected(&remote.formats, codecs);
    if !formats.iter().any(|format| format.codec().is_some()) {
        return Err(Refused::Codecs);
    }
    let mut section = Section::new(index, remote.kind, local, formats);
    section.mid.clone_from(&remote.mid);
    Ok((section, remote))
}

/// The other side's part of an answer to our `section`, and the formats that it takes.
fn accepted(section: Option<&Section>, remote: Remote) -> Result<(Remote, Vec<Format>), Refused> {
    let section = section.filter(|section| section.kind == remote.kind);
    let section = section.ok_or(Refused::Kind)?;
    expect_family(&section.local, &remote)?;
    let known = |format: &Format| {
        section
            .receives
            .iter()
            .any(|own| own.encoding == format.encoding)
    };
    let sends: Vec<Format> = remote
        .formats
        .iter()
        .filter(|f| known(f))
        .cloned()
        .collect();
    if !sends.iter().any(|format| format.codec().is_some()) {
        return Err(Refused::Codecs);
    }
    Ok((remote, sends))
}

fn expect_family(local: &Local, remote: &Remote) -> Result<(), Refused> {
    let differs = |address: SocketAddr| address.is_ipv4() != local.rtp.is_ipv4();
    if remote.rtp.is_some_and(differs) {
        return Err(Refused::Family);
    }
    Ok(())
}
