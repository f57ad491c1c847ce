//! Where there is no splice(2): bytes on their way from one socket to another are copied through
//! native memory.

use std::io;

use socket2::Socket;

use super::{NAMED_PIPES, read_stream, write_stream};

/// A block that stays in the processor's cache between the two copies.
const BLOCK: usize = 65_536;

pub struct RelayBuffer {
    memory: Vec<u8>,
    start: usize,
    end: usize,
}

impl RelayBuffer {
    /// Refused where a stream may be a named pipe, which takes nothing from it.
    pub fn new() -> io::Result<RelayBuffer> {
        if NAMED_PIPES {
            return Err(io::ErrorKind::Unsupported.into());
        }
        Ok(RelayBuffer {
            memory: vec![0; BLOCK],
            start: 0,
            end: 0,
        })
    }

    fn bytes(&self) -> &[u8] {
        self.memory.get(self.start..self.end).unwrap_or_default()
    }

    /// The bytes it holds.
    pub fn held(&self) -> usize {
        self.bytes().len()
    }

    /// Takes what the socket has, up to a block; 0 at the end. Only while empty.
    pub fn fill(&mut self, from: &Socket) -> io::Result<usize> {
        if self.held() > 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let count = read_stream(from, &mut self.memory)?;
        (self.start, self.end) = (0, count);
        Ok(count)
    }

    /// Gives the socket what it takes now.
    pub fn drain(&mut self, to: &Socket) -> io::Result<usize> {
        let count = write_stream(to, self.bytes())?;
        self.start += count;
        Ok(count)
    }

    /// Copies what it holds to memory of the program after all.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut held = self.bytes();
        let count = io::Read::read(&mut held, buffer)?;
        self.start += count;
        Ok(count)
    }
}
