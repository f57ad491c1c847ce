//! Bytes as an Int32Array sees them. What lies outside is nothing: it reads as 0, and is not written.

const SIZE: usize = size_of::<i32>();

fn range(index: usize) -> Option<std::ops::Range<usize>> {
    let start = index.checked_mul(SIZE)?;
    Some(start..start.checked_add(SIZE)?)
}

pub fn put(bytes: &mut [u8], index: usize, value: i32) {
    if let Some(word) = range(index).and_then(|range| bytes.get_mut(range)) {
        word.copy_from_slice(&value.to_ne_bytes());
    }
}

pub fn at(bytes: &[u8], index: usize) -> i32 {
    range(index)
        .and_then(|range| bytes.get(range)?.first_chunk())
        .map_or(0, |word| i32::from_ne_bytes(*word))
}

/// How many int32 values fit.
pub fn capacity(bytes: &[u8]) -> usize {
    bytes.len() / SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_nothing() {
        let mut bytes = [0; 9];
        assert_eq!(capacity(&bytes), 2);
        put(&mut bytes, 1, -7);
        for outside in [2, usize::MAX, usize::MAX / SIZE] {
            put(&mut bytes, outside, 1);
            assert_eq!(at(&bytes, outside), 0);
        }
        assert_eq!((at(&bytes, 0), at(&bytes, 1), bytes[8]), (0, -7, 0));
    }
}
