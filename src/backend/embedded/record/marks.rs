//! Marks of what is still to be uploaded: how a next start finds what the end of its process has cut.
//!
//! A mark is a small file that lists the files of one recording, from its beginning to the end of its upload. Whoever
//! records or uploads them holds a lock on it, which the kernel gives back however that process ends: a mark without
//! one was left behind.

use std::{
    fs::{DirBuilder, File, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Component, Path, PathBuf},
};

use tempfile::NamedTempFile;
use uuid::Uuid;

/// Where marks are, in the folder of the recordings: no recording can be called so.
const FOLDER: &str = ".uploads";
/// Begins the name of a mark that is being written.
const UNFINISHED: &str = ".";

/// The marks of one folder of recordings.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    /// The folder of the recordings.
    recordings: PathBuf,
}

/// The mark of one recording. Dropped, it is left behind.
#[derive(Debug)]
pub(super) struct Mark {
    recordings: PathBuf,
    path: PathBuf,
    /// None before there is something to list.
    locked: Option<File>,
}

impl Marks {
    /// Makes their folder if it is not there.
    pub(super) fn open(recordings: PathBuf) -> io::Result<Self> {
        match DirBuilder::new()
            .mode(0o700)
            .create(recordings.join(FOLDER))
        {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(Self { recordings }),
        }
    }

    /// A mark for one more recording, of which nothing is written yet.
    pub(super) fn add(&self) -> Mark {
        let name = Uuid::new_v4().to_string();
        Mark {
            path: self.recordings.join(FOLDER).join(name),
            recordings: self.recordings.clone(),
            locked: None,
        }
    }

    /// The marks that are there, whoever holds them.
    pub(super) fn list(&self) -> io::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(self.recordings.join(FOLDER))?;
        let finished = |entry: &std::fs::DirEntry| {
            let name = entry.file_name();
            !name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes())
        };
        let paths = entries.filter_map(Result::ok).filter(finished);
        Ok(paths.map(|entry| entry.path()).collect())
    }

    /// A mark that was left behind, and those of its files that are there; none if somebody holds it.
    pub(super) fn take(&self, path: PathBuf) -> io::Result<Option<(Mark, Vec<PathBuf>)>> {
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            other => other?,
        }
        // Whoever held it has written it anew or removed it since.
        if file.metadata()?.nlink() == 0 {
            return Ok(None);
        }
        let text = io::read_to_string(&file)?;
        let files = text.lines().map(Path::new);
        let files = files.filter(|file| is_inside(file));
        let files = files.map(|file| self.recordings.join(file));
        let files = files.filter(|file| file.is_file()).collect();
        let mark = Mark {
            recordings: self.recordings.clone(),
            path,
            locked: Some(file),
        };
        Ok(Some((mark, files)))
    }
}

impl Mark {
    /// Writes down what the files are now.
    pub(super) fn list<'a>(&mut self, files: impl Iterator<Item = &'a Path>) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(&self.recordings);
        let mut new = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(folder)?;
        for file in files {
            let within = file.strip_prefix(&self.recordings).unwrap_or(file);
            writeln!(new, "{}", within.display())?;
        }
        new.as_file().lock()?;
        self.locked = Some(NamedTempFile::persist(new, &self.path)?);
        Ok(())
    }

    /// There is nothing left to be uploaded.
    pub(super) fn remove(self) {
        if self.locked.is_some()
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            let path = self.path.display();
            tracing::warn!(%error, %path, "cannot remove the mark of an upload: it will be uploaded again");
        }
    }
}

/// Whether the path stays where it begins, whoever wrote it.
fn is_inside(path: &Path) -> bool {
    let mut parts = path.components();
    parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stage {
        marks: Marks,
        folder: tempfile::TempDir,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let marks = Marks::open(folder.path().to_owned()).expect("a folder");
            Self { marks, folder }
        }

        fn file(&self, name: &str) -> PathBuf {
            let path = self.folder.path().join(name);
            std::fs::write(&path, b"abc").expect("a file");
            path
        }

        /// What can be taken of all that there is.
        fn take(&self) -> Vec<(Mark, Vec<PathBuf>)> {
            let marks = self.marks.list().expect("a folder").into_iter();
            let taken = marks.map(|path| self.marks.take(path).expect("it can be read"));
            taken.flatten().collect()
        }
    }

    #[test]
    fn only_what_was_left_behind_is_taken_and_once() {
        let stage = Stage::new();
        let (first, second) = (stage.file("a.webm"), stage.file("a-2.mkv"));
        let mut mark = stage.marks.add();
        assert!(stage.marks.list().expect("a folder").is_empty());
        mark.list([first.as_path()].into_iter()).expect("written");
        mark.list([&*first, &*second].into_iter()).expect("written");
        assert!(stage.take().is_empty(), "somebody holds it");
        drop(mark);
        let again = Marks::open(stage.folder.path().to_owned());
        again.expect("the folder is there already");
        let mut taken = stage.take();
        assert!(stage.take().is_empty(), "it is held again");
        let (mark, files) = taken.remove(0);
        assert_eq!(files, [first, second]);
        mark.remove();
        assert!(stage.marks.list().expect("a folder").is_empty());
    }

    #[test]
    fn nothing_outside_is_taken() {
        let stage = Stage::new();
        let inner = stage.file("a.webm");
        let outer = tempfile::NamedTempFile::new().expect("a file");
        let text = format!("{}\n../x\na.webm\ngone.webm\n\n", outer.path().display());
        std::fs::write(stage.folder.path().join(FOLDER).join("m"), text).expect("a mark");
        let taken = stage.take();
        assert_eq!(taken[0].1, [inner]);
    }
}
