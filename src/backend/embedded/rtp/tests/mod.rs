//! Whole sessions: what is answered, what flows between two of them in virtual time, and hostile input.

mod flow;
mod hostile;
mod negotiation;
mod rig;
