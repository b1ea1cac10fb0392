//! What the configuration says of recordings.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::Deserialize;
use url::Url;

use super::store;
use crate::telemetry::Redacted;

/// How sessions are recorded.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder that recordings go to; it must exist. Mandatory.
    pub folder: PathBuf,
    /// How many packets of one recording may wait to be written; more are dropped and counted. Default 2048.
    #[serde(default = "default::queue")]
    pub queue: usize,
    /// The most bytes of one recording; it stops when it has them. 0 = no limit. Default 0.
    #[serde(default)]
    pub max_bytes: u64,
    /// How long one recording may run, pauses included; then it stops. 0 = no limit. Default 0.
    #[serde(default, with = "humantime_serde")]
    pub max_duration: Duration,
    /// Where complete recordings are uploaded to. Without it they stay in the folder.
    #[serde(default)]
    pub upload: Option<Upload>,
}

/// Where complete recordings are uploaded to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The place: `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix` or `file:///folder`. Mandatory.
    pub url: Url,
    /// What the object store needs beside, by the names that the crate `object_store` gives its keys:
    /// `aws_region`, `aws_endpoint`, `azure_storage_account_name` … What is not there is taken from the environment, by
    /// the same names in capitals.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// As `options`, for what must not be printed: `aws_secret_access_key`, `azure_storage_account_key` …
    #[serde(default)]
    pub secrets: BTreeMap<String, Redacted<String>>,
    /// Keep the file in the folder after it has arrived. Default true.
    #[serde(default = "default::keep")]
    pub keep: bool,
    /// How long an upload is tried again before it counts as failed; the file then stays, and the next start tries
    /// again. Default 1 h.
    #[serde(default = "default::give_up_after", with = "humantime_serde")]
    pub give_up_after: Duration,
    /// How many uploads run at a time; more wait. Default 4.
    #[serde(default = "default::max_uploads")]
    pub max_uploads: usize,
}

mod default {
    use std::time::Duration;

    pub(super) const fn queue() -> usize {
        2048
    }

    pub(super) const fn keep() -> bool {
        true
    }

    pub(super) const fn give_up_after() -> Duration {
        Duration::from_secs(3600)
    }

    pub(super) const fn max_uploads() -> usize {
        4
    }
}

impl Settings {
    /// Recordings in `folder`, everything else as by default.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            queue: default::queue(),
            max_bytes: 0,
            max_duration: Duration::ZERO,
            upload: None,
        }
    }

    /// Whether the place of uploads is one, as far as can be told without asking it.
    ///
    /// # Errors
    /// What is wrong with it, or with its options.
    pub fn check(&self) -> Result<(), object_store::Error> {
        self.upload
            .as_ref()
            .map_or(Ok(()), |upload| store::open(upload).map(drop))
    }
}

impl Upload {
    /// Uploads to `url`, everything else as by default.
    #[must_use]
    pub const fn new(url: Url) -> Self {
        Self {
            url,
            options: BTreeMap::new(),
            secrets: BTreeMap::new(),
            keep: default::keep(),
            give_up_after: default::give_up_after(),
            max_uploads: default::max_uploads(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folder_is_needed() {
        let settings: Settings = toml::from_str("folder = '/srv/rec'").expect("valid");
        let whole = Settings::new("/srv/rec".into());
        assert_eq!(format!("{settings:?}"), format!("{whole:?}"));
    }

    #[test]
    fn an_upload_hides_its_secrets() {
        let text = "folder = '/x'\nupload.url = 's3://b/p'\nupload.keep = false\n\
                    upload.secrets.aws_secret_access_key = 'hunter2'";
        let settings: Settings = toml::from_str(text).expect("valid");
        assert!(!format!("{settings:?}").contains("hunter2"));
        let upload = settings.upload.expect("an upload");
        assert_eq!((upload.keep, upload.max_uploads), (false, 4));
    }

    #[test]
    fn unknown_keys_are_refused() {
        for bad in [
            "folders = 1",
            "upload.uri = 'x'",
            "queue = -1",
            "max_duration = 3",
        ] {
            let text = format!("folder = '/x'\n{bad}");
            assert!(toml::from_str::<Settings>(&text).is_err(), "{bad}");
        }
    }
}
