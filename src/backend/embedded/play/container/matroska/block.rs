//! Blocks: where they are, and the frames in them (RFC 9559, section 10).

use std::time::Duration;

use super::{
    super::{
        Fault, Input, MAX_FRAME,
        ebml::{self, Element},
    },
    head::{Head, id},
};

/// Where reading can go on: before an element, with the time of the cluster that it is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) at: u64,
    pub(super) cluster: u64,
}

/// A block, not yet read.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) place: Place,
    pub(super) track: u64,
    pub(super) time: Duration,
    pub(super) key: bool,
    lacing: Lacing,
    /// Where what follows the block's head begins and ends.
    data: u64,
    end: u64,
}

#[derive(Clone, Copy, Debug)]
enum Lacing {
    None,
    Xiph,
    Fixed,
    Ebml,
}

/// Finds the next block of a `selected` track and steps over it.
pub(super) fn walk(
    input: &mut Input,
    cluster: &mut u64,
    head: &Head,
    selected: &[u64],
) -> Result<Option<Block>, Fault> {
    while input.left() > 0 {
        let element = Element::next(input)?;
        // A cluster is entered: its end need not be known.
        if element.id == id::CLUSTER {
            *cluster = 0;
            continue;
        }
        let end = element.end(input)?;
        let place = Place {
            at: element.head,
            cluster: *cluster,
        };
        let block = match element.id {
            id::TIMESTAMP => {
                *cluster = element.unsigned(input)?;
                None
            }
            id::SIMPLE_BLOCK => Some(read(input, element, place, head, None)?),
            id::BLOCK_GROUP => group(input, element, place, head)?,
            _ => None,
        };
        input.go(end)?;
        if let Some(block) = block.filter(|block| selected.contains(&block.track)) {
            return Ok(Some(block));
        }
    }
    Ok(None)
}

fn group(
    input: &mut Input,
    group: Element,
    place: Place,
    head: &Head,
) -> Result<Option<Block>, Fault> {
    let (mut block, mut refers) = (None, false);
    group.children(input, |input, child| {
        match child.id {
            id::BLOCK => block = Some(read(input, child, place, head, Some(false))?),
            id::REFERENCE_BLOCK => refers = true,
            _ => {}
        }
        Ok(())
    })?;
    Ok(block.map(|block| Block {
        key: !refers,
        ..block
    }))
}

fn read(
    input: &mut Input,
    element: Element,
    place: Place,
    head: &Head,
    key: Option<bool>,
) -> Result<Block, Fault> {
    let end = element.end(input)?;
    input.go(element.data)?;
    let track = ebml::number(input)?.ok_or(Fault::Damaged("a block is of no track"))?;
    let offset = i16::from_be_bytes(input.bytes()?);
    let flags = input.byte()?;
    let data = input.at();
    if data > end || end - data > MAX_FRAME {
        return Err(Fault::Damaged("a block has no valid size"));
    }
    Ok(Block {
        place,
        track,
        time: head.time(place.cluster.saturating_add_signed(offset.into())),
        key: key.unwrap_or(flags & 0x80 != 0),
        lacing: match flags >> 1 & 3 {
            0 => Lacing::None,
            1 => Lacing::Xiph,
            2 => Lacing::Fixed,
            _ => Lacing::Ebml,
        },
        data,
        end,
    })
}

const BAD_LACE: Fault = Fault::Damaged("the frames of a block do not fill it");

impl Block {
    /// Its frames.
    pub(super) fn frames(&self, input: &mut Input) -> Result<Vec<Vec<u8>>, Fault> {
        input.go(self.data)?;
        let mut sizes = self.sizes(input)?;
        let rest = self.end.checked_sub(input.at());
        let rest = rest.and_then(|left| left.checked_sub(sum(&sizes)?));
        match (self.lacing, rest) {
            (Lacing::Fixed, Some(0)) => {}
            (Lacing::None | Lacing::Xiph | Lacing::Ebml, Some(rest)) => sizes.push(rest),
            _ => return Err(BAD_LACE),
        }
        let mut frames = Vec::with_capacity(sizes.len());
        for size in sizes {
            frames.push(input.take(size)?);
        }
        Ok(frames)
    }

    /// The sizes that are written down: all but the last one's; with fixed sizes all of them.
    fn sizes(&self, input: &mut Input) -> Result<Vec<u64>, Fault> {
        let listed = match self.lacing {
            Lacing::None => return Ok(Vec::new()),
            _ => usize::from(input.byte()?),
        };
        match self.lacing {
            Lacing::None => Ok(Vec::new()),
            Lacing::Xiph => (0..listed).map(|_| xiph(input)).collect(),
            Lacing::Fixed => {
                let count = listed as u64 + 1;
                let left = self.end.saturating_sub(input.at());
                Ok(vec![left / count; listed + 1])
            }
            Lacing::Ebml => ebml_sizes(input, listed),
        }
    }
}

fn sum(sizes: &[u64]) -> Option<u64> {
    sizes
        .iter()
        .try_fold(0_u64, |sum, size| sum.checked_add(*size))
}

fn xiph(input: &mut Input) -> Result<u64, Fault> {
    let mut size = 0;
    loop {
        let byte = input.byte()?;
        size += u64::from(byte);
        if byte < 255 {
            return Ok(size);
        }
        if size > MAX_FRAME {
            return Err(BAD_LACE);
        }
    }
}

/// The first size, then the differences (RFC 9559, 10.3.3).
fn ebml_sizes(input: &mut Input, listed: usize) -> Result<Vec<u64>, Fault> {
    let mut sizes: Vec<u64> = Vec::with_capacity(listed);
    for _ in 0..listed {
        let before = input.at();
        let value = ebml::number(input)?.ok_or(BAD_LACE)?;
        let size = match sizes.last() {
            None => Some(value),
            Some(last) => {
                let bits = 7 * (input.at() - before);
                let middle = (1_i64 << (bits - 1)) - 1;
                last.checked_add_signed(value.cast_signed() - middle)
            }
        };
        sizes.push(size.filter(|size| *size <= MAX_FRAME).ok_or(BAD_LACE)?);
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn frames(lacing: Lacing, bytes: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
        let mut input = Input::new(Box::new(Cursor::new(bytes.to_vec()))).expect("opens");
        let block = Block {
            place: Place { at: 0, cluster: 0 },
            track: 1,
            time: Duration::ZERO,
            key: true,
            lacing,
            data: 0,
            end: bytes.len() as u64,
        };
        block.frames(&mut input)
    }

    #[test]
    fn laced_frames_are_taken_apart() {
        let apart = [vec![1], vec![2, 2], vec![3]];
        for (lacing, bytes) in [
            (Lacing::Xiph, &[2, 1, 2, 1, 2, 2, 3][..]),
            (Lacing::Ebml, &[2, 0x81, 0xc0, 1, 2, 2, 3]),
        ] {
            assert_eq!(frames(lacing, bytes).expect("frames"), apart);
        }
        let even = frames(Lacing::Fixed, &[1, 1, 1, 2, 2]).expect("frames");
        assert_eq!(even, [[1, 1], [2, 2]]);
        assert_eq!(frames(Lacing::None, &[7, 8]).expect("frames"), [[7, 8]]);
    }

    #[test]
    fn laces_that_do_not_fit_are_refused() {
        for (lacing, bytes) in [
            (Lacing::Xiph, &[1, 9, 1][..]),
            (Lacing::Xiph, &[1, 255]),
            (Lacing::Ebml, &[2, 0x81, 0x80, 1]),
            (Lacing::Ebml, &[1, 0xff, 1]),
            (Lacing::Fixed, &[1, 1, 1, 2]),
            (Lacing::Fixed, &[]),
        ] {
            assert!(frames(lacing, bytes).is_err(), "{lacing:?} {bytes:?}");
        }
    }
}
