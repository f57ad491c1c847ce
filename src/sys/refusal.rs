//! An ICMP refusal makes a socket ready, so that a reader hears of it without a datagram.
#![allow(unsafe_code)]

use socket2::Socket;
use tokio::io::Interest;

/// Reading, and the "priority" condition by which [`report_errors`] shows an error.
#[cfg(target_os = "linux")]
pub const DATAGRAM_INTEREST: Interest = Interest::READABLE.add(Interest::PRIORITY);

/// Elsewhere an error counts as something to read.
#[cfg(not(target_os = "linux"))]
pub const DATAGRAM_INTEREST: Interest = Interest::READABLE;

/// Makes an error on the socket count as something to read: poll then says POLLPRI with POLLERR
/// (SO_SELECT_ERR_QUEUE, socket(7)), and Tokio's readiness for reading covers both.
#[cfg(target_os = "linux")]
pub fn report_errors(socket: &Socket) {
    // Linux 3.10 and later know it; without it a refusal is met by the next receive.
    let _ = set_option(socket, libc::SOL_SOCKET, libc::SO_SELECT_ERR_QUEUE, 1);
}

#[cfg(not(target_os = "linux"))]
pub fn report_errors(_socket: &Socket) {}

#[cfg(target_os = "linux")]
pub fn set_option(
    socket: &Socket,
    level: libc::c_int,
    option: libc::c_int,
    value: libc::c_int,
) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the option value is a live int of the length given.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}
