//! Which calls there are: those that are being made, those that FreeSWITCH is to make, and the dialogs of those that stand.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{super::command::Call, super::error::Error, callee::Offered};

/// How far a call is.
#[derive(Debug)]
enum State {
    /// Its INVITE is out, or has come and is not answered.
    Begun,
    /// FreeSWITCH will send its INVITE.
    Expected(oneshot::Sender<Offered>),
    /// Both sides have described themselves.
    Dialog(Dialog),
}

/// What must be known of a dialog to answer the requests within it.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    /// The tag of this side.
    pub(super) tag: String,
    /// The last description of this side.
    pub(super) description: Arc<str>,
}

/// All calls, no more than a limit.
#[derive(Debug)]
pub(super) struct Calls {
    states: Mutex<HashMap<Call, State>>,
    limit: usize,
}

impl Calls {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            states: Mutex::default(),
            limit,
        })
    }

    /// Enters a call that this side makes.
    pub(super) fn begin(self: &Arc<Self>, call: Call) -> Result<Claim, Error> {
        self.enter(call, State::Begun)
    }

    /// Enters a call that FreeSWITCH is to make; what it offers goes to `offers`.
    pub(super) fn expect(
        self: &Arc<Self>,
        call: Call,
        offers: oneshot::Sender<Offered>,
    ) -> Result<Claim, Error> {
        self.enter(call, State::Expected(offers))
    }

    fn enter(self: &Arc<Self>, call: Call, state: State) -> Result<Claim, Error> {
        let mut states = self.states.lock();
        if states.len() >= self.limit {
            return Err(Error::Overloaded);
        }
        match states.entry(call) {
            Entry::Occupied(_) => Err(Error::Rejected {
                status: 482,
                phrase: "there is a call of this name already".to_owned(),
            }),
            Entry::Vacant(entry) => {
                entry.insert(state);
                let calls = Arc::clone(self);
                Ok(Claim { calls, call })
            }
        }
    }

    /// Where the offer of a call that is expected goes. It is expected once.
    pub(super) fn offered(&self, call: Call) -> Option<oneshot::Sender<Offered>> {
        let mut states = self.states.lock();
        let state = states.get_mut(&call)?;
        match std::mem::replace(state, State::Begun) {
            State::Expected(offers) => Some(offers),
            other => {
                *state = other;
                None
            }
        }
    }

    /// A call stands, if it is not forgotten already.
    pub(super) fn establish(&self, call: Call, dialog: Dialog) {
        if let Some(state) = self.states.lock().get_mut(&call) {
            *state = State::Dialog(dialog);
        }
    }

    /// The dialog of a call in which this side has that tag.
    pub(super) fn dialog(&self, call: Call, tag: &str) -> Option<Dialog> {
        match self.states.lock().get(&call) {
            Some(State::Dialog(dialog)) if dialog.tag == tag => Some(dialog.clone()),
            _ => None,
        }
    }

    /// FreeSWITCH has ended a dialog, which need not be known.
    pub(super) fn ended(&self, call: Call, tag: &str) {
        if self.dialog(call, tag).is_some() {
            self.forget(call);
        }
    }

    /// Forgets a call, however far it is.
    pub(super) fn forget(&self, call: Call) {
        self.states.lock().remove(&call);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.states.lock().len()
    }
}

/// The place of a call that does not stand yet: given back when it is dropped before.
#[derive(Debug)]
pub(super) struct Claim {
    calls: Arc<Calls>,
    pub(super) call: Call,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut states = self.calls.states.lock();
        if let Entry::Occupied(entry) = states.entry(self.call)
            && !matches!(entry.get(), State::Dialog(_))
        {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog() -> Dialog {
        Dialog {
            tag: "ours".to_owned(),
            description: "v=0".into(),
        }
    }

    #[test]
    fn a_claim_ends_with_itself_unless_the_call_stands() {
        let calls = Calls::new(2);
        let call = Call::new_v4();
        drop(calls.begin(call).expect("there is room"));
        assert_eq!(calls.len(), 0);
        let claim = calls.begin(call).expect("it was given back");
        calls.establish(call, dialog());
        drop(claim);
        assert!(calls.dialog(call, "ours").is_some());
        calls.ended(call, "of another life");
        assert_eq!(calls.len(), 1);
        calls.ended(call, "ours");
        assert_eq!(calls.len(), 0);
    }

    #[test]
    fn what_is_forgotten_does_not_come_back() {
        let calls = Calls::new(2);
        let claim = calls.begin(Call::new_v4()).expect("there is room");
        calls.forget(claim.call);
        calls.establish(claim.call, dialog());
        assert_eq!(calls.len(), 0);
    }

    #[test]
    fn no_more_than_the_limit_and_each_once() {
        let calls = Calls::new(2);
        let first = calls.begin(Call::new_v4()).expect("there is room");
        let again = calls.begin(first.call).expect_err("it is there");
        assert!(matches!(again, Error::Rejected { status: 482, .. }));
        let _second = calls.begin(Call::new_v4()).expect("there is room");
        let third = calls.begin(Call::new_v4()).expect_err("it is full");
        assert_eq!(third, Error::Overloaded);
    }
}
