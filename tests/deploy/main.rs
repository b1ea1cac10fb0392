//! What `deploy/` promises: the image's file system, the figures on the dashboard, the configurations of the examples.

mod chart;
mod figures;
#[path = "../drivers/program.rs"]
mod program;
mod prometheus;
mod readonly;
#[path = "../support/mod.rs"]
mod support;
