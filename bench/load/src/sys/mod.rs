//! All unsafe code: the system calls that std does not offer.
#![allow(unsafe_code)]

mod datagrams;
mod epoll;
mod process;
mod streams;

pub use datagrams::{Slots, receive_runs, send_many, set_receive_buffer, set_segment_size};
pub use epoll::{Epoll, Interest};
pub use process::cpu_micros;
pub use streams::{Pages, Pipe, connect_from, discard, set_backlog};

use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, RawFd};

/// The result of a system call, as std's own wrappers give it.
fn checked(result: libc::c_int) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

fn checked_size(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

fn set_option(socket: &impl AsRawFd, level: i32, name: i32, value: usize) -> io::Result<()> {
    let value = value as libc::c_int;
    let fd: RawFd = socket.as_raw_fd();
    // SAFETY: the option is an int, and `value` lives through the call.
    checked(unsafe {
        libc::setsockopt(
            fd,
            level,
            name,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    })?;
    Ok(())
}
