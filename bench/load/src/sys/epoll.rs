//! Readiness of many descriptors.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use super::checked;

#[derive(Clone, Copy)]
pub enum Interest {
    Readable,
    Writable,
}

/// Level-triggered interest in descriptors.
pub struct Epoll {
    fd: OwnedFd,
    events: Vec<libc::epoll_event>,
}

impl Epoll {
    pub fn new(capacity: usize) -> io::Result<Epoll> {
        // SAFETY: no pointers.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        checked(fd)?;
        Ok(Epoll {
            // SAFETY: the descriptor is open and nobody else has it.
            fd: unsafe { OwnedFd::from_raw_fd(fd) },
            events: vec![libc::epoll_event { events: 0, u64: 0 }; capacity],
        })
    }

    pub fn watch(&self, source: &impl AsRawFd, interest: Interest, token: usize) -> io::Result<()> {
        let events = match interest {
            Interest::Readable => libc::EPOLLIN,
            Interest::Writable => libc::EPOLLOUT,
        };
        let mut event = libc::epoll_event {
            events: events as u32,
            u64: token as u64,
        };
        let (epoll, fd) = (self.fd.as_raw_fd(), source.as_raw_fd());
        // SAFETY: `event` lives through the call, which copies it.
        checked(unsafe { libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, fd, &mut event) })?;
        Ok(())
    }

    /// The tokens of what is ready; none when the time is over, and no waiting with a time of zero.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<impl Iterator<Item = usize>> {
        let capacity = self.events.len() as libc::c_int;
        let timeout = timeout.map_or(-1, |time| time.as_millis() as libc::c_int);
        // SAFETY: the kernel writes at most `capacity` events, for which there is room.
        let count = checked(unsafe {
            libc::epoll_wait(
                self.fd.as_raw_fd(),
                self.events.as_mut_ptr(),
                capacity,
                timeout,
            )
        })?;
        Ok(self.events[..count].iter().map(|event| event.u64 as usize))
    }
}
