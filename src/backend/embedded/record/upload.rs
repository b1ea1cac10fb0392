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

use super::{
    config,
    marks::{Mark, Marks},
    store,
};
use crate::{
    backend::{LegEvents, link::backoff::Backoff},
    error::{Error, Reason, Result},
    media::{LegEvent, RecordedFile, Recording, RecordingState},
    telemetry::Metrics,
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
    marks: Marks,
    metrics: Metrics,
    permits: Arc<Semaphore>,
}

/// A file as it has arrived.
#[derive(Debug)]
struct Arrived {
    uri: String,
    bytes: u64,
    sha256: String,
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

/// Counts a recording that is to be uploaded until it is dropped.
struct Pending(Metrics);

impl Pending {
    fn new(metrics: &Metrics) -> Self {
        metrics.upload_pending();
        Self(metrics.clone())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.upload_over();
    }
}

impl Uploader {
    /// # Errors
    /// `INVALID_FIELD` if the place or its options are none, or marks cannot be kept in the folder.
    pub(super) fn new(settings: config::Upload, folder: PathBuf, metrics: Metrics) -> Result<Self> {
        let refused = |error: &dyn std::error::Error| {
            let words = format!("cannot be used: {error}");
            Error::field(Reason::InvalidField, "upload", words)
        };
        let (store, prefix) = store::open(&settings).map_err(|error| refused(&error))?;
        let marks = Marks::open(folder.clone()).map_err(|error| refused(&error))?;
        let permits = Semaphore::new(settings.max_uploads.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self {
            store,
            prefix,
            settings,
            folder,
            marks,
            metrics,
            permits: Arc::new(permits),
        })
    }

    /// A mark for a recording that begins.
    pub(super) fn mark(&self) -> Mark {
        self.marks.add()
    }

    /// Uploads the files of a recording and tells what came of it.
    pub(super) async fn run(
        self: Arc<Self>,
        mut recording: Recording,
        paths: Vec<PathBuf>,
        mark: Option<Mark>,
        events: LegEvents,
    ) {
        let _pending = Pending::new(&self.metrics);
        let _permit = self.permits.acquire().await;
        match self.bring_all(&paths, mark).await {
            Ok(arrived) => {
                recording.state = RecordingState::Available;
                for (file, arrived) in recording.files.iter_mut().zip(arrived) {
                    arrived.note(file);
                }
            }
            Err(failure) => {
                recording.state = RecordingState::Failed;
                recording.error = Some(format!("the upload failed, and the files stay: {failure}"));
            }
        }
        events.emit(LegEvent::Recorder(recording));
    }

    /// Uploads what an earlier process was to upload.
    pub(super) async fn take_up(self: Arc<Self>) {
        let marks = self.marks.list().unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot look for uploads that were cut");
            Vec::new()
        });
        let pending: Vec<_> = marks
            .into_iter()
            .map(|path| (path, Pending::new(&self.metrics)))
            .collect();
        for (path, pending) in pending {
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            let (mark, paths) = match self.marks.take(path) {
                Ok(Some(taken)) => taken,
                // This process has it, or another one.
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%error, "cannot take up an upload that was cut");
                    continue;
                }
            };
            let uploader = self.clone();
            tokio::spawn(async move {
                let _held = (permit, pending);
                tracing::info!(files = ?paths, "an upload that was cut is taken up");
                // What comes of it is logged there: the session that would be told is no more.
                let _ = uploader.bring_all(&paths, Some(mark)).await;
            });
        }
    }

    /// Uploads the files of one recording; then they may go. What fails stays marked, for the next start.
    async fn bring_all(
        &self,
        paths: &[PathBuf],
        mark: Option<Mark>,
    ) -> Result<Vec<Arrived>, Failure> {
        let mut all = Vec::new();
        for path in paths {
            match self.bring(path).await {
                Ok(arrived) => all.push(arrived),
                Err(failure) => {
                    self.metrics.uploaded(false);
                    let path = path.display();
                    tracing::warn!(error = %failure, %path, "an upload has failed: the files stay");
                    return Err(failure);
                }
            }
        }
        // The mark goes first: it must never lead to a later recording of the same name.
        if let Some(mark) = mark {
            mark.remove();
        }
        self.metrics.uploaded(true);
        for (path, arrived) in paths.iter().zip(&all) {
            let Arrived { uri, bytes, sha256 } = arrived;
            tracing::info!(%uri, bytes, %sha256, "a recording has been uploaded");
            if self.settings.keep {
                continue;
            }
            if let Err(error) = tokio::fs::remove_file(path).await {
                tracing::warn!(%error, path = %path.display(), "cannot remove an uploaded recording");
            }
        }
        Ok(all)
    }

    /// Tries until the file has arrived or time is over.
    async fn bring(&self, path: &Path) -> Result<Arrived, Failure> {
        let begun = Instant::now();
        let mut backoff = Backoff::new(MIN_WAIT, MAX_WAIT);
        loop {
            let failure = match self.attempt(path).await {
                Ok(arrived) => return Ok(arrived),
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

    async fn attempt(&self, path: &Path) -> Result<Arrived, Failure> {
        let key = self.key(path)?;
        let (bytes, sha256) = self.send(&key, path).await?;
        let arrived = self.store.head(&key).await?.size;
        if arrived != bytes {
            return Err(Failure::Incomplete {
                sent: bytes,
                arrived,
            });
        }
        Ok(Arrived {
            uri: self.uri(&key),
            bytes,
            sha256,
        })
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
            if let Err(error) = upload.wait_for_capacity(MAX_PARTS).await {
                upload.abort().await?;
                return Err(error.into());
            }
            upload.put(Bytes::from(part));
        }
        upload.finish().await?;
        Ok((bytes, hex(context.finish().as_ref())))
    }

    fn key(&self, path: &Path) -> Result<Key, Failure> {
        let within = path.strip_prefix(&self.folder).unwrap_or(path);
        // Taken as it is: joined part by part, `~` would be written as `%7E`.
        let whole = Key::parse(format!("{}/{}", self.prefix, within.display()));
        whole.map_err(|error| object_store::Error::from(error).into())
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

impl Arrived {
    fn note(self, file: &mut RecordedFile) {
        file.uri = self.uri;
        file.bytes = Some(self.bytes);
        file.sha256 = Some(self.sha256);
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

    fn uploader(settings: config::Upload, folder: &Path) -> Arc<Uploader> {
        let uploader = Uploader::new(settings, folder.to_owned(), Metrics::new());
        Arc::new(uploader.expect("a store"))
    }

    async fn uploaded(settings: config::Upload, folder: &Path, path: PathBuf) -> Recording {
        let uploader = uploader(settings, folder);
        let (events, mut told) = LegEvents::new(1);
        let mut mark = uploader.mark();
        mark.list([path.as_path()].into_iter()).expect("written");
        uploader
            .run(recording(&path), vec![path], Some(mark), events)
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
        let path = folder.path().join("a~b.webm");
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
        assert_eq!(file.uri, format!("{url}/a~b.webm"));
        assert_eq!(file.bytes, Some(3));
        // FIPS 180-2, appendix B.1.
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(file.sha256.as_deref(), Some(digest));
        let arrived = store.path().join("deep/er/a~b.webm");
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
        let folder = tempfile::tempdir().expect("a folder");
        let refused = Uploader::new(settings, folder.path().to_owned(), Metrics::new());
        let refused = refused.expect_err("no store");
        assert_eq!(refused.reason(), Reason::InvalidField);
    }
}
