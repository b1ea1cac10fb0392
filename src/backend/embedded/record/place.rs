//! Where a recording goes: names that cannot leave the folder, files that are never written over.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use url::Url;

use super::matroska::Container;
use crate::{
    error::{Error, Reason, Result},
    id::SessionId,
};

/// The longest name, without its ending.
const MAX_NAME: usize = 128;
/// The most folders within the folder.
const MAX_DEPTH: usize = 8;

/// The files of one recording: one, and one more each time that the client changes its codec.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Without links, within the configured folder.
    folder: PathBuf,
    name: String,
    /// The container that was asked for.
    container: Option<Container>,
}

impl Place {
    /// Where `session` is recorded to.
    ///
    /// `uri` is a name of A-Z a-z 0-9 . _ ~ - with or without its ending, in a folder of the folder if it has slashes,
    /// or a `file:` URI of the same place.
    ///
    /// # Errors
    /// `INVALID_URI`, `INVALID_FIELD` for the format.
    pub(super) fn new(
        folder: &Path,
        session: &SessionId,
        uri: Option<&str>,
        format: Option<&str>,
    ) -> Result<Self> {
        let asked = format.map(named).transpose()?;
        let Some(uri) = uri else {
            return Ok(Self {
                folder: folder.to_owned(),
                name: default_name(session),
                container: asked,
            });
        };
        let path = relative(folder, uri)?;
        let (within, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let (name, ending) = split(file);
        if let (Some(asked), Some(ending)) = (asked, ending)
            && asked != ending
        {
            let words = format!(
                "is {}, but the name ends in .{}",
                asked.as_str(),
                ending.as_str()
            );
            return Err(Error::field(Reason::InvalidField, "format", words));
        }
        Ok(Self {
            folder: resolved(folder, within)?,
            name: name.to_owned(),
            container: asked.or(ending),
        })
    }

    /// What the files are, and whether they may become what they must.
    pub(super) fn container(&self) -> (Container, bool) {
        (
            self.container.unwrap_or(Container::Webm),
            self.container.is_none(),
        )
    }

    /// Makes the file of `part`, counted from 1.
    ///
    /// # Errors
    /// If there is one of that name already, for one.
    pub(super) fn create(&self, part: u32, container: Container) -> io::Result<(File, PathBuf)> {
        let name = match part {
            0 | 1 => format!("{}.{}", self.name, container.as_str()),
            _ => format!("{}-{part}.{}", self.name, container.as_str()),
        };
        let path = self.folder.join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok((file, path))
    }

    /// Gives a file the ending of `container`; it keeps its name if that one is taken.
    pub(super) fn rename(path: &mut PathBuf, container: Container) -> io::Result<()> {
        let new = path.with_extension(container.as_str());
        // The name is ours before what is under it is replaced.
        OpenOptions::new().write(true).create_new(true).open(&new)?;
        std::fs::rename(&*path, &new)?;
        *path = new;
        Ok(())
    }
}

fn named(format: &str) -> Result<Container> {
    Container::named(format).ok_or_else(|| {
        let words = format!("{format} cannot be recorded: give webm or mkv, or nothing");
        Error::field(Reason::InvalidField, "format", words)
    })
}

fn default_name(session: &SessionId) -> String {
    let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    let now = now.replace(['-', ':', '.'], "");
    let session = session.as_str().trim_start_matches('.');
    let session = &session[..session.len().min(MAX_NAME - 30)];
    format!("{session}-{now}")
}

/// The name and the container that its ending stands for.
fn split(file: &str) -> (&str, Option<Container>) {
    let ending = file.rsplit_once('.').and_then(|(name, ending)| {
        let container = Container::named(ending)?;
        (!name.is_empty()).then_some((name, container))
    });
    match ending {
        Some((name, container)) => (name, Some(container)),
        None => (file, None),
    }
}

/// The path from the folder on.
fn relative(folder: &Path, uri: &str) -> Result<String> {
    let path = match uri.strip_prefix("file:") {
        Some(_) => from_url(folder, uri)?,
        None => uri.to_owned(),
    };
    let parts: Vec<_> = path.split('/').collect();
    if parts.len() > MAX_DEPTH || !parts.iter().all(|part| is_name(part)) {
        return Err(refused(
            "must be a name of 1 to 128 of A-Z a-z 0-9 . _ ~ - that does not begin with a dot: it goes into the \
             configured folder",
        ));
    }
    Ok(path)
}

fn is_name(part: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-');
    (1..=MAX_NAME).contains(&part.len()) && !part.starts_with('.') && part.bytes().all(allowed)
}

fn from_url(folder: &Path, uri: &str) -> Result<String> {
    let outside = || refused("is outside of the configured folder: give a name only");
    let url = Url::parse(uri).map_err(|_| refused("is no URI"))?;
    let path = url.to_file_path().map_err(|()| outside())?;
    let within = path.strip_prefix(folder).map_err(|_| outside())?;
    let within = within.to_str().ok_or_else(outside)?;
    Ok(within.to_owned())
}

/// A folder within the folder, which must be there; links may not lead out.
fn resolved(folder: &Path, within: &str) -> Result<PathBuf> {
    if within.is_empty() {
        return Ok(folder.to_owned());
    }
    let path = folder.join(within).canonicalize();
    let path =
        path.map_err(|error| refused(&format!("is in a folder that is not there: {error}")))?;
    match path.starts_with(folder) {
        true => Ok(path),
        false => Err(refused(
            "is in a folder that leads out of the configured one",
        )),
    }
}

fn refused(words: &str) -> Error {
    Error::field(Reason::InvalidUri, "uri", words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(folder: &Path, uri: &str, format: Option<&str>) -> Result<Place> {
        Place::new(folder, &SessionId::random(), Some(uri), format)
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().canonicalize().expect("it is there");
        (folder, path)
    }

    #[test]
    fn a_name_says_its_container_or_leaves_it_open() {
        let (_keep, folder) = folder();
        let what = |uri, format| {
            place(&folder, uri, format).map(|place| (place.name.clone(), place.container()))
        };
        let (webm, mkv) = (Container::Webm, Container::Mkv);
        assert_eq!(what("a", None).ok(), Some(("a".into(), (webm, true))));
        assert_eq!(what("a.mkv", None).ok(), Some(("a".into(), (mkv, false))));
        assert_eq!(
            what("a.webm", Some("webm")).ok(),
            Some(("a".into(), (webm, false)))
        );
        assert_eq!(
            what("a.b", Some("mkv")).ok(),
            Some(("a.b".into(), (mkv, false)))
        );
        for (uri, format) in [("a.webm", "mkv"), ("a", "mp4"), ("a", "WEBM")] {
            let refused = what(uri, Some(format)).expect_err(format);
            assert_eq!(refused.reason(), Reason::InvalidField);
        }
    }

    #[test]
    fn no_name_leaves_the_folder() {
        let (_keep, folder) = folder();
        let inner = folder.join("rec");
        std::fs::create_dir_all(inner.join("sub")).expect("a folder");
        std::os::unix::fs::symlink(&folder, inner.join("out")).expect("a link");
        assert!(place(&inner, "sub/a", None).is_ok());
        let url = format!("file://{}/sub/a.webm", inner.display());
        assert!(place(&inner, &url, None).is_ok());
        let above = format!("file://{}/sub/../../a", inner.display());
        let beside = format!("file://{}x/a", inner.display());
        for bad in [
            "",
            ".",
            "..",
            "../a",
            "sub/../../a",
            "/etc/a",
            "sub//a",
            "sub/",
            ".a",
            "sub/.a",
            "a b",
            "a\0",
            "ä",
            "a\\b",
            "out/a",
            "none/a",
            "file:///etc/a",
            "file://host/a",
            "http://h/a",
            "file:a",
            "%2e%2e/a",
            "file:///%2e%2e/a",
            &above,
            &beside,
            &"x".repeat(129),
        ] {
            let refused = place(&inner, bad, None).expect_err(bad);
            assert_eq!(refused.reason(), Reason::InvalidUri, "{bad}");
        }
    }

    #[test]
    fn nothing_is_written_over() {
        let (_keep, folder) = folder();
        let place = place(&folder, "a", None).expect("a place");
        let (_, mut path) = place.create(1, Container::Webm).expect("a file");
        assert!(place.create(1, Container::Webm).is_err());
        let (_, second) = place.create(2, Container::Webm).expect("a file");
        assert!(second.ends_with("a-2.webm"));
        Place::rename(&mut path, Container::Mkv).expect("a new name");
        assert!(path.ends_with("a.mkv") && path.exists() && !folder.join("a.webm").exists());
        let (_, mut other) = place.create(1, Container::Webm).expect("a file");
        assert!(Place::rename(&mut other, Container::Mkv).is_err());
        assert!(other.exists());
        std::os::unix::fs::symlink("/nowhere/x", folder.join("b.webm")).expect("a link");
        let linked = super::Place {
            name: "b".to_owned(),
            ..place
        };
        assert!(
            linked.create(1, Container::Webm).is_err(),
            "a link is not followed"
        );
    }

    #[test]
    fn every_session_has_a_name_of_its_own() {
        let (_keep, folder) = folder();
        for id in [".hidden", "..", "a~b", &"x".repeat(256)] {
            let session = id.parse().expect("an id");
            let place = Place::new(&folder, &session, None, None).expect("a place");
            assert!(is_name(&place.name), "{}", place.name);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_inside(uri in "[a./~%:f\\\\-]{0,12}|(\\.\\./|a/|/){0,4}[a-z]{0,3}") {
            let (_keep, folder) = folder();
            if let Ok(place) = place(&folder, &uri, None) {
                prop_assert!(place.folder.starts_with(&folder));
                prop_assert!(is_name(&place.name));
            }
        }
    }
}
