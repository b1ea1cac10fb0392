//! placeholder
#[derive(Debug)]
pub struct Registry;
