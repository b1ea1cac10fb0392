//! What it takes to drive a headless Chromium.

use std::{
    env,
    path::{Path, PathBuf},
};

/// What the driver of the browser needs, or what is missing.
#[derive(Clone)]
pub(crate) struct Tools {
    pub(crate) node: PathBuf,
    pub(crate) chromium: PathBuf,
    pub(crate) modules: PathBuf,
}

impl Tools {
    fn find() -> Result<Self, &'static str> {
        let modules = root().join(".cache/browser/node_modules");
        for package in ["playwright-core", "axe-core"] {
            if !modules.join(package).exists() {
                return Err(package);
            }
        }
        Ok(Self {
            node: on_path("node")?,
            chromium: on_path("chromium")?,
            modules,
        })
    }

    /// The tools; none, and a line that says so, where one is missing outside of CI.
    pub(crate) fn wanted() -> Option<Self> {
        let found = Self::find();
        if let Err(missing) = found {
            let words = format!("{missing} is missing: `make test` installs it");
            assert!(env::var_os("CI").is_none(), "{words}");
            println!("SKIPPED: {words}");
        }
        found.ok()
    }
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn on_path(tool: &'static str) -> Result<PathBuf, &'static str> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path).map(|folder| folder.join(tool));
    found.find(|file| file.exists()).ok_or(tool)
}
