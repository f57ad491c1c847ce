//! Blocks of memory that JavaScript shares, read and written as int32 by index: whatever the index, nothing
//! outside is touched.
#![no_main]

use ferronet::words;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (usize, i32, &[u8])| {
    let (index, value, bytes) = input;
    let mut block = bytes.to_vec().into_boxed_slice();
    let inside = index < words::capacity(&block);
    words::put(&mut block, index, value);
    assert_eq!(words::at(&block, index), if inside { value } else { 0 });
    let changed = block
        .iter()
        .zip(bytes)
        .enumerate()
        .filter(|(_, (new, old))| new != old);
    for (at, _) in changed {
        assert!(inside && at / 4 == index);
    }
});
