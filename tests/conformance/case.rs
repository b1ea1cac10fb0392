//! A case, and the tests that it becomes.

use crate::need::Need;
use crate::subjects::{Subject, Which};

/// A row of the matrix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) need: Need,
    /// The subjects that it is tried on.
    pub(crate) on: &'static [Which],
}

/// Tries a case on a subject: does it where its need is met, and checks the refusal where it is not.
pub(crate) async fn run(which: Which, need: Need, case: impl AsyncFnOnce(&Subject)) {
    let Some(subject) = Subject::start(which, need.setup).await else {
        return;
    };
    match need.is_met_by(subject.capabilities()) {
        true => case(&subject).await,
        false => need.is_refused_by(&subject).await,
    }
    subject.end().await;
}

/// Declares the cases of a module: `name: need;` for all subjects, `name: need, on [subject, …];` for some.
///
/// Each is an `async fn name(&Subject)` beside the declaration and becomes the tests `name::<subject>`.
macro_rules! cases {
    ($($name:ident: $need:expr $(, on [$($subject:ident),+])?;)+) => {
        /// The rows of this module.
        pub(crate) const CASES: &[crate::case::Case] = &[$(crate::case::Case {
            name: stringify!($name),
            need: $need,
            on: cases!(@subjects $($($subject),+)?),
        }),+];

        $(
            mod $name {
                #[allow(unused_imports, reason = "a need may be spelt with a word of the module")]
                use super::*;

                cases!(@tests $name, $need, [$($($subject),+)?]);
            }
        )+
    };
    (@subjects) => { crate::subjects::Which::ALL };
    (@subjects $($subject:ident),+) => { &[$(crate::subjects::Which::$subject),+] };
    (@tests $name:ident, $need:expr, []) => {
        cases!(@tests $name, $need, [p2p, janus_simulator, janus, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch]);
    };
    (@tests $name:ident, $need:expr, [$($subject:ident),+]) => {
        $(
            #[tokio::test]
            async fn $subject() {
                let which = crate::subjects::Which::$subject;
                crate::case::run(which, $need, super::$name).await;
            }
        )+
    };
}
pub(crate) use cases;
