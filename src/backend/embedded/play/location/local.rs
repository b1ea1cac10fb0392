//! Files in allowed folders.

use std::{
    fs::File,
    path::{Component, Path, PathBuf},
};

use url::Url;

use super::refused;
use crate::error::{Error, Result};

/// Opens the file that `url` names, if it lies in one of `folders` after all links are followed.
pub(super) async fn open(folders: &[PathBuf], url: &Url) -> Result<File> {
    let path = path(url)?;
    let folders = folders.to_vec();
    let opened = tokio::task::spawn_blocking(move || within(&folders, &path));
    opened.await.map_err(|_| nowhere())?
}

fn path(url: &Url) -> Result<PathBuf> {
    if url.host_str().is_some_and(|host| !host.is_empty()) {
        return Err(refused("names a host: write file:/// and the path"));
    }
    let path = url.to_file_path().map_err(|()| nowhere())?;
    // An escaped slash hides a way up from the URL's own rules.
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(nowhere());
    }
    Ok(path)
}

fn within(folders: &[PathBuf], path: &Path) -> Result<File> {
    // One answer for all: whether a file exists elsewhere is nobody's business.
    let real = path.canonicalize().map_err(|_| nowhere())?;
    let mut folders = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok());
    if !folders.any(|folder| real.starts_with(folder)) {
        return Err(nowhere());
    }
    // A pipe or device would block whoever opens it.
    let is_file = real.metadata().is_ok_and(|about| about.is_file());
    if !is_file {
        return Err(nowhere());
    }
    File::open(&real).map_err(|error| refused(format!("cannot be opened: {error}")))
}

fn nowhere() -> Error {
    refused(
        "names no file in an allowed folder: put it there, or allow its folder in the configuration",
    )
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;
    use crate::error::Reason;

    #[tokio::test]
    async fn only_files_in_the_folders_are_opened() {
        let root = tempfile::tempdir().expect("a folder");
        let (media, other) = (root.path().join("media"), root.path().join("media-not"));
        for folder in [&media, &other, &media.join("sub")] {
            fs::create_dir(folder).expect("made");
        }
        for file in [
            media.join("a b.wav"),
            media.join("sub/b.wav"),
            other.join("c.wav"),
        ] {
            fs::write(file, "x").expect("written");
        }
        symlink(other.join("c.wav"), media.join("out.wav")).expect("linked");
        symlink(&other, media.join("out")).expect("linked");
        symlink(media.join("sub/b.wav"), media.join("in.wav")).expect("linked");
        nix::unistd::mkfifo(&media.join("pipe"), nix::sys::stat::Mode::S_IRWXU).expect("made");

        let root = root.path().display();
        for (path, opens) in [
            ("/media/a%20b.wav", true),
            ("/media/sub/b.wav", true),
            ("/media/in.wav", true),
            ("/media/out.wav", false),
            ("/media/out/c.wav", false),
            ("/media/../media-not/c.wav", false),
            ("/media/%2e%2e/media-not/c.wav", false),
            ("/media/..%2fmedia-not/c.wav", false),
            ("/media-not/c.wav", false),
            ("/media/none.wav", false),
            ("/media/sub", false),
            ("/media/", false),
            ("/media/pipe", false),
            ("/media/a%00b", false),
        ] {
            let url = Url::parse(&format!("file://{root}{path}")).expect("a URL");
            let opened = open(std::slice::from_ref(&media), &url).await;
            assert_eq!(opened.is_ok(), opens, "{path}");
            if let Err(error) = opened {
                assert_eq!(error.reason(), Reason::InvalidUri, "{path}");
            }
        }
        let url = Url::parse(&format!("file://server{root}/media/in.wav")).expect("a URL");
        assert!(open(&[media], &url).await.is_err());
        let url = Url::parse(&format!("file://{root}/media/in.wav")).expect("a URL");
        assert!(open(&[], &url).await.is_err());
    }
}
