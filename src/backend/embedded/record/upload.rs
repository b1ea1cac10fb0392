//! Brings complete recordings to an object store.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::digest;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart, path::Path as Key};
use tokio::{io::AsyncReadExt, sync::Semaphore};
use url::Url;

use super::config;
use crate::{
    backend::{LegEvents, link::backoff::Backoff},
    error::{Error, Reason, Result},
    media::{LegEvent, RecordedFile, Recording, RecordingState},
};

/// The least that S3 takes as a part is 5 MiB.
const PART: usize = 8 << 20;
/// Parts on their way at a time.
const MAX_PARTS: usize = 2;
const MIN_WAIT: Duration = Duration::from_millis(500);
const MAX_WAIT: Duration = Duration::from_secs(60);

/// One object store, for all recordings.
#[derive(Debug)]
pub(super) struct Uploader {
    store: Box<dyn ObjectStore>,
    prefix: Key,
    settings: config::Upload,
    /// The folder that keys count from.
    folder: PathBuf,
    permits: Semaphore,
}

/// Why an attempt failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] object_store::Error),
    #[error("cannot read {0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error("{arrived} of {sent} bytes arrived")]
    Incomplete { sent: u64, arrived: u64 },
}

impl Uploader {
    /// # Errors
    /// `INVALID_FIELD` if the place or its options are none.
    pub(super) fn new(settings: config::Upload, folder: PathBuf) -> Result<Self> {
        let plain = settings
            .options
            .iter()
            .map(|(key, value)| (key, value.as_str()));
        let secret = settings.secrets.iter();
        let secret = secret.map(|(key, value)| (key, value.expose().as_str()));
        let parsed = object_store::parse_url_opts(&settings.url, plain.chain(secret));
        let (store, prefix) = parsed.map_err(|error| {
            let words = format!("cannot be used: {error}");
            Error::field(Reason::InvalidField, "upload.url", words)
        })?;
        let permits = Semaphore::new(settings.max_uploads.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self {
            store,
            prefix,
            settings,
            folder,
            permits,
        })
    }

    /// Uploads the files of a recording and tells what came of it.
    pub(super) async fn run(
        self: Arc<Self>,
        mut recording: Recording,
        paths: Vec<PathBuf>,
        events: LegEvents,
    ) {
        let _permit = self.permits.acquire().await;
        for (file, path) in recording.files.iter_mut().zip(&paths) {
            if let Err(failure) = self.bring(file, path).await {
                recording.state = RecordingState::Failed;
                recording.error = Some(format!("the upload failed, and the files stay: {failure}"));
                events.emit(LegEvent::Recorder(recording));
                return;
            }
        }
        recording.state = RecordingState::Available;
        if !self.settings.keep {
            for path in &paths {
                if let Err(error) = tokio::fs::remove_file(path).await {
                    tracing::warn!(%error, path = %path.display(), "cannot remove an uploaded recording");
                }
            }
        }
        events.emit(LegEvent::Recorder(recording));
    }

    /// Tries until the file has arrived or time is over.
    async fn bring(&self, file: &mut RecordedFile, path: &Path) -> Result<(), Failure> {
        let begun = Instant::now();
        let mut backoff = Backoff::new(MIN_WAIT, MAX_WAIT);
        loop {
            let failure = match self.attempt(file, path).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            let wait = backoff.next(rand::random());
            if begun.elapsed() + wait >= self.settings.give_up_after {
                return Err(failure);
            }
            tracing::warn!(error = %failure, path = %path.display(), ?wait, "an upload failed and is tried again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, file: &mut RecordedFile, path: &Path) -> Result<(), Failure> {
        let key = self.key(path);
        let (bytes, sha256) = self.send(&key, path).await?;
        let arrived = self.store.head(&key).await?.size;
        if arrived != bytes {
            return Err(Failure::Incomplete {
                sent: bytes,
                arrived,
            });
        }
        file.bytes = Some(bytes);
        file.sha256 = Some(sha256);
        file.uri = self.uri(&key);
        Ok(())
    }

    /// The bytes that were sent, and their digest.
    async fn send(&self, key: &Key, path: &Path) -> Result<(u64, String), Failure> {
        let unreadable = |error| Failure::File(path.to_owned(), error);
        let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let upload = self.store.put_multipart(key).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut context = digest::Context::new(&digest::SHA256);
        let mut bytes = 0;
        loop {
            let mut part = Vec::with_capacity(PART);
            let read = (&mut file).take(PART as u64).read_to_end(&mut part).await;
            let read = match read {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    upload.abort().await?;
                    return Err(unreadable(error));
                }
            };
            context.update(&part);
            bytes += read as u64;
            upload.wait_for_capacity(MAX_PARTS).await?;
            upload.put(Bytes::from(part));
        }
        upload.finish().await?;
        Ok((bytes, hex(context.finish().as_ref())))
    }

    fn key(&self, path: &Path) -> Key {
        let within = path.strip_prefix(&self.folder).unwrap_or(path);
        let parts = within
            .iter()
            .map(|part| part.to_string_lossy().into_owned());
        parts.fold(self.prefix.clone(), Key::join)
    }

    fn uri(&self, key: &Key) -> String {
        let mut url: Url = self.settings.url.clone();
        let within = key.prefix_match(&self.prefix).into_iter().flatten();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            segments.extend(within.map(|part| part.as_ref().to_owned()));
        }
        url.into()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(path: &Path) -> Recording {
        Recording {
            state: RecordingState::Uploading,
            files: vec![RecordedFile {
                uri: format!("file://{}", path.display()),
                format: "webm".to_owned(),
                kind: None,
                bytes: None,
                duration: None,
                sha256: None,
            }],
            error: None,
        }
    }

    async fn uploaded(settings: config::Upload, folder: &Path, path: PathBuf) -> Recording {
        let uploader = Uploader::new(settings, folder.to_owned()).expect("a store");
        let (events, mut told) = LegEvents::new(1);
        Arc::new(uploader)
            .run(recording(&path), vec![path], events)
            .await;
        match told.recv().await {
            Some(LegEvent::Recorder(recording)) => recording,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_has_arrived_is_available_and_may_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.webm");
        std::fs::write(&path, b"abc").expect("a file");
        let url = format!("file://{}/deep/er", store.path().display());
        let mut settings = config::Upload::new(url.parse().expect("a URL"));
        let kept = uploaded(settings.clone(), folder.path(), path.clone()).await;
        assert!(path.exists());
        settings.keep = false;
        let moved = uploaded(settings, folder.path(), path.clone()).await;
        assert!(!path.exists());
        assert_eq!(kept, moved);
        assert_eq!(moved.state, RecordingState::Available);
        let [file] = moved.files.as_slice() else {
            panic!("{moved:?}");
        };
        assert_eq!(file.uri, format!("{url}/a.webm"));
        assert_eq!(file.bytes, Some(3));
        // FIPS 180-2, appendix B.1.
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(file.sha256.as_deref(), Some(digest));
        let arrived = store.path().join("deep/er/a.webm");
        assert_eq!(std::fs::read(arrived).expect("it arrived"), b"abc");
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_arrive_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.webm");
        std::fs::write(&path, b"abc").expect("a file");
        // A file is where a folder should be.
        let url = format!("file://{}/x", path.display());
        let mut settings = config::Upload::new(url.parse().expect("a URL"));
        settings.keep = false;
        settings.give_up_after = Duration::from_millis(1);
        let failed = uploaded(settings, folder.path(), path.clone()).await;
        assert_eq!(failed.state, RecordingState::Failed);
        assert!(
            failed
                .error
                .is_some_and(|error| error.contains("the files stay"))
        );
        assert!(path.exists());
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        let settings = config::Upload::new("ftp://h/x".parse().expect("a URL"));
        let refused = Uploader::new(settings, PathBuf::new()).expect_err("no store");
        assert_eq!(refused.reason(), Reason::InvalidField);
    }
}
