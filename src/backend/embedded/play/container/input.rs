//! A file that is read with bounds: nothing is read, skipped or allocated beyond its end.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// What can be played from: a file, or bytes.
pub(in super::super) trait Medium: Read + Seek + Send {}

impl<T: Read + Seek + Send> Medium for T {}

/// A buffered file that knows where it is and how long it was when it was opened.
pub(super) struct Input {
    file: BufReader<Box<dyn Medium>>,
    at: u64,
    len: u64,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file: _, at, len } = self;
        f.debug_struct("Input")
            .field("at", at)
            .field("len", len)
            .finish_non_exhaustive()
    }
}

impl Input {
    pub(super) fn new(mut file: Box<dyn Medium>) -> io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        let file = BufReader::with_capacity(16 * 1024, file);
        Ok(Self { file, at: 0, len })
    }

    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    pub(super) const fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Goes to `to`, or fails if that is beyond the end.
    pub(super) fn go(&mut self, to: u64) -> io::Result<()> {
        if to > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // A file is shorter than `i64::MAX`; a step within the buffer costs nothing.
        self.file
            .seek_relative(to.cast_signed() - self.at.cast_signed())?;
        self.at = to;
        Ok(())
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> io::Result<u8> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    /// The next `count` bytes, checked against what is left before any memory is taken.
    pub(super) fn take(&mut self, count: u64) -> io::Result<Vec<u8>> {
        let fits = usize::try_from(count).ok().filter(|_| count <= self.left());
        let mut bytes = vec![0; fits.ok_or(io::ErrorKind::UnexpectedEof)?];
        self.file.read_exact(&mut bytes)?;
        self.at += count;
        Ok(bytes)
    }

    /// Whether `bytes` come next; reads nothing.
    pub(super) fn begins_with(&mut self, bytes: &[u8]) -> io::Result<bool> {
        Ok(self.file.fill_buf()?.starts_with(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_beyond_the_end_is_read_or_allocated() {
        let mut input = Input::new(Box::new(io::Cursor::new(vec![1, 2, 3]))).expect("opens");
        assert!(input.begins_with(&[1, 2]).expect("reads"));
        assert_eq!(input.byte().expect("reads"), 1);
        assert!(input.take(u64::MAX).is_err());
        assert!(input.go(4).is_err());
        assert_eq!(input.take(2).expect("reads"), [2, 3]);
        assert!(input.byte().is_err());
        input.go(1).expect("goes back");
        assert_eq!((input.at(), input.left()), (1, 2));
    }
}
