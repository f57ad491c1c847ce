//! Paths and abstract names of unix sockets: an address holds the name as it was given, or there is none.
#![no_main]

use std::os::unix::ffi::OsStrExt;

use ferronet::pipe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|path: &str| {
    let Ok(address) = pipe::address(path) else {
        return;
    };
    assert!(address.is_unix());
    // sun_path has 108 bytes (unix(7)).
    assert!(path.len() <= 108);
    if path.starts_with('\0') {
        assert_eq!(address.as_abstract_namespace(), Some(&path.as_bytes()[1..]));
    } else if !path.is_empty() {
        let kept = address
            .as_pathname()
            .expect("a path")
            .as_os_str()
            .as_bytes();
        assert_eq!(kept, path.as_bytes());
    }
});
