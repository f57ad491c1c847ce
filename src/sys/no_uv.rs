//! Where libuv cannot wait for us there is no such poll, and the follower waits.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;

use socket2::Socket;

/// Never made here.
pub enum LoopPoll {}

impl LoopPoll {
    /// # Safety
    ///
    /// Nothing is asked for.
    pub unsafe fn start(_loop: *mut c_void, _fd: i32, _ready: Box<dyn Fn()>) -> Option<LoopPoll> {
        None
    }

    pub fn watch(&self, _on: bool) {
        match *self {}
    }

    pub fn set_referenced(&self, _referenced: bool) {
        match *self {}
    }

    pub fn close(self, _closed: Box<dyn FnOnce()>) {
        match self {}
    }
}

pub fn probe() -> io::Result<(Socket, Socket)> {
    Err(io::ErrorKind::Unsupported.into())
}

pub fn epoll_that_watches(_fd: i32) -> Option<i32> {
    None
}
