//! Datagrams in batches and runs.

use std::io;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use super::{checked, set_option};

/// What is sent from now on is cut into datagrams of `size`.
pub fn set_segment_size(socket: &UdpSocket, size: usize) -> io::Result<()> {
    set_option(socket, libc::SOL_UDP, libc::UDP_SEGMENT, size)
}

/// Runs of datagrams arrive uncut.
pub fn receive_runs(socket: &UdpSocket) -> io::Result<()> {
    set_option(socket, libc::SOL_UDP, libc::UDP_GRO, 1)
}

/// As large as asked for with the right to it, else as large as the system allows.
pub fn set_receive_buffer(socket: &UdpSocket, size: usize) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, size)
        .or_else(|_| set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, size))
}

/// Headers for sendmmsg and recvmmsg, one for each buffer. The caller keeps the buffers alive and in place.
fn headers(buffers: &mut [libc::iovec]) -> Vec<libc::mmsghdr> {
    buffers
        .iter_mut()
        .map(|buffer| {
            // SAFETY: all fields are numbers and pointers, for which zero is a value.
            let mut header: libc::mmsghdr = unsafe { std::mem::zeroed() };
            header.msg_hdr.msg_iov = buffer;
            header.msg_hdr.msg_iovlen = 1;
            header
        })
        .collect()
}

/// Sends the same datagram `count` times by one system call; says how often the kernel took it.
pub fn send_many(socket: &UdpSocket, datagram: &[u8], count: usize) -> io::Result<usize> {
    let buffer = libc::iovec {
        iov_base: datagram.as_ptr().cast_mut().cast(),
        iov_len: datagram.len(),
    };
    let mut buffers = vec![buffer; count];
    let mut headers = headers(&mut buffers);
    // SAFETY: there are `count` headers; their buffers live through the call, and sending only reads them.
    checked(unsafe {
        libc::sendmmsg(
            socket.as_raw_fd(),
            headers.as_mut_ptr(),
            count as libc::c_uint,
            libc::MSG_NOSIGNAL,
        )
    })
}

/// Memory for a batch of datagrams, or of runs of them.
pub struct Slots(Vec<Vec<u8>>);

impl Slots {
    const COUNT: usize = 64;
    /// The longest datagram, and the longest run.
    const SIZE: usize = 65_536;

    pub fn new() -> Slots {
        Slots(vec![vec![0; Self::SIZE]; Self::COUNT])
    }

    /// Waits for the first datagram, takes those that are there, and says how many bytes they had.
    pub fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let mut buffers: Vec<libc::iovec> = self
            .0
            .iter_mut()
            .map(|slot| libc::iovec {
                iov_base: slot.as_mut_ptr().cast(),
                iov_len: slot.len(),
            })
            .collect();
        let mut headers = headers(&mut buffers);
        // SAFETY: there are as many headers as said; their buffers live through the call and nothing else
        // uses them.
        let count = checked(unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                headers.len() as libc::c_uint,
                libc::MSG_WAITFORONE,
                std::ptr::null_mut(),
            )
        })?;
        Ok(headers[..count]
            .iter()
            .map(|header| header.msg_len as usize)
            .sum())
    }
}
