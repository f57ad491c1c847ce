//! Linux: bytes on their way from one socket to another stay in the kernel (splice(2), pipe(7)).
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{self, Read};
use std::mem::zeroed;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::null_mut;

use socket2::Socket;

use super::RELAY_CAPACITY;

/// A kernel pipe. Pages of the source's receive queue move through it to the destination's send
/// queue; nothing is copied.
pub struct RelayBuffer {
    out: File,
    into: OwnedFd,
    held: usize,
}

impl RelayBuffer {
    pub fn new() -> io::Result<RelayBuffer> {
        let mut ends = [0; 2];
        // SAFETY: pipe2 fills two descriptors that nobody else owns, or fails.
        let (out, into) = unsafe {
            if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) != 0 {
                return Err(io::Error::last_os_error());
            }
            let [out, into] = ends;
            (File::from_raw_fd(out), OwnedFd::from_raw_fd(into))
        };
        // A pipe has a slot per page of its capacity, however little each holds. Above a limit per user
        // the kernel refuses (pipe(7)); a small pipe works as well.
        // SAFETY: sets a property of an open descriptor.
        let _ = unsafe {
            libc::fcntl(
                into.as_raw_fd(),
                libc::F_SETPIPE_SZ,
                RELAY_CAPACITY as libc::c_int,
            )
        };
        Ok(RelayBuffer { out, into, held: 0 })
    }

    /// The bytes it holds.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Takes what the socket has, up to the capacity; 0 at the end. Only while empty, so that "would
    /// block" speaks of the socket.
    pub fn fill(&mut self, from: &Socket) -> io::Result<usize> {
        if self.held > 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.held = splice(from.as_raw_fd(), self.into.as_raw_fd(), RELAY_CAPACITY)?;
        Ok(self.held)
    }

    /// Gives the socket what it takes now.
    pub fn drain(&mut self, to: &Socket) -> io::Result<usize> {
        let (out, held) = (self.out.as_raw_fd(), self.held);
        let count = without_sigpipe(|| splice(out, to.as_raw_fd(), held))?;
        if count == 0 && held > 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.held -= count;
        Ok(count)
    }

    /// Copies what it holds to memory after all.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.out.read(buffer)?;
        self.held -= count;
        Ok(count)
    }
}

fn splice(from: i32, to: i32, length: usize) -> io::Result<usize> {
    // SAFETY: both descriptors are open during the call, and no offsets are given.
    let count = unsafe {
        libc::splice(
            from,
            null_mut(),
            to,
            null_mut(),
            length,
            libc::SPLICE_F_NONBLOCK | libc::SPLICE_F_MOVE,
        )
    };
    usize::try_from(count).map_err(|_| io::Error::last_os_error())
}

/// There is no MSG_NOSIGNAL for splice(2), and a program that once listened to SIGPIPE dies of it: the
/// signal, which is sent to the thread that writes (signal(7)), is held back and taken.
fn without_sigpipe(write: impl FnOnce() -> io::Result<usize>) -> io::Result<usize> {
    // SAFETY: the calls read and write local signal sets and the mask of this thread.
    unsafe {
        let mut pipe = zeroed::<libc::sigset_t>();
        let mut before = zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut pipe);
        libc::sigaddset(&raw mut pipe, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const pipe, &raw mut before);
        let result = write();
        let broken = matches!(&result, Err(error) if error.raw_os_error() == Some(libc::EPIPE));
        if broken && libc::sigismember(&raw const before, libc::SIGPIPE) == 0 {
            let now = zeroed::<libc::timespec>();
            libc::sigtimedwait(&raw const pipe, null_mut(), &raw const now);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, null_mut());
        result
    }
}
