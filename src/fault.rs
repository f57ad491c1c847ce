//! Errors on their way to JavaScript: a negative libuv error number, or a count that is not negative.
//!
//! JavaScript builds the `Error` (`lib/errors.js`); no text is made here.

use std::io;

use crate::panic::caught;
use crate::sys::{self, errno};

/// The libuv error number of an I/O error: `-errno` on unix (libuv, `include/uv/errno.h`).
pub fn code(error: &io::Error) -> i32 {
    match error.raw_os_error() {
        Some(errno) => sys::uv_errno(errno),
        None => match error.kind() {
            io::ErrorKind::WouldBlock => AGAIN,
            io::ErrorKind::InvalidInput => INVALID,
            io::ErrorKind::Unsupported => errno::ENOTSUP,
            _ => FAILED,
        },
    }
}

/// "Nothing to do now": what a read, write or accept answers when the kernel would block.
pub const AGAIN: i32 = errno::EAGAIN;

/// The handle has no descriptor (not opened yet, or closed).
pub const BAD_DESCRIPTOR: i32 = errno::EBADF;

/// The text of an address could not be read.
pub const INVALID: i32 = errno::EINVAL;

/// What has no better number, and a panic. JavaScript closes the socket that answers it.
pub const FAILED: i32 = errno::EIO;

/// What the work of a socket answers: a panic in it fails like anything else that may.
pub fn guard(work: impl FnOnce() -> i32) -> i32 {
    caught(work).unwrap_or(FAILED)
}

/// A result with nothing to tell becomes 0.
pub fn status(result: io::Result<()>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(error) => code(&error),
    }
}

/// A result with a count becomes that count.
pub fn count(result: io::Result<usize>) -> i32 {
    match result {
        Ok(count) => i32::try_from(count).unwrap_or(i32::MAX),
        Err(error) => code(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_os_error_is_its_negative_number() {
        assert_eq!(
            code(&io::Error::from_raw_os_error(libc::ECONNREFUSED)),
            -libc::ECONNREFUSED
        );
        assert_eq!(code(&io::ErrorKind::WouldBlock.into()), AGAIN);
    }

    #[test]
    fn results_become_numbers() {
        assert_eq!(count(Ok(7)), 7);
        assert_eq!(status(Ok(())), 0);
        assert_eq!(
            status(Err(io::Error::from_raw_os_error(libc::EBADF))),
            BAD_DESCRIPTOR
        );
    }
}
