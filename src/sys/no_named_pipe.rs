//! Where a path is that of a unix socket there are no named pipes.

use std::io;

use super::Events;

pub const NAMED_PIPES: bool = false;

/// Never made here.
pub enum PipeEnd {}

/// Never made here.
pub enum NamedPipe {}

impl NamedPipe {
    pub fn connected(end: PipeEnd, _events: Events) -> io::Result<NamedPipe> {
        match end {}
    }

    pub fn connect(_name: &str, _events: Events) -> io::Result<NamedPipe> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn finish_connect(&self) -> io::Result<()> {
        match *self {}
    }

    pub fn arm_read(&self) {
        match *self {}
    }

    pub fn read(&self, _buffer: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }

    pub fn write(&self, _data: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    pub fn shutdown(&self) -> io::Result<()> {
        match *self {}
    }
}

/// Never made here.
pub enum NamedPipeListener {}

impl NamedPipeListener {
    pub fn bind(_name: &str, _events: Events) -> io::Result<NamedPipeListener> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn listen(&self) -> io::Result<()> {
        match *self {}
    }

    pub fn accept(&self) -> io::Result<PipeEnd> {
        match *self {}
    }

    pub fn arm(&self) {
        match *self {}
    }

    pub fn withdraw(&self) {
        match *self {}
    }

    pub fn is_offered(&self) -> bool {
        match *self {}
    }
}
