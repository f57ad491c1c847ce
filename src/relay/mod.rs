//! Bytes that go from one stream to another without JavaScript looking at them.
//!
//! A relay buffer is filled from one stream and drained to another, on the JavaScript thread and when
//! JavaScript says so (`lib/net/relay.js`): this module only keeps the buffers, by number.

use std::io;

use crate::sys::RelayBuffer;
use crate::tcp::Stream;

/// The relay buffers of one environment.
#[derive(Default)]
pub struct Relays {
    buffers: Vec<Option<RelayBuffer>>,
}

impl Relays {
    /// The buffer of that number, made when it is not there.
    fn open(&mut self, number: usize) -> io::Result<&mut RelayBuffer> {
        if self.buffers.len() <= number {
            self.buffers.resize_with(number + 1, || None);
        }
        match self.buffers.get_mut(number) {
            Some(Some(buffer)) => Ok(buffer),
            Some(place) => Ok(place.insert(RelayBuffer::new()?)),
            None => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn existing(&mut self, number: usize) -> io::Result<&mut RelayBuffer> {
        let buffer = self.buffers.get_mut(number).and_then(Option::as_mut);
        buffer.ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    /// Reads from the stream to an empty buffer. 0 is the end; `WouldBlock` means that the ready list
    /// will tell; `Unsupported` means that this stream has to be read in the usual way.
    pub fn fill(&mut self, number: usize, from: &Stream) -> io::Result<usize> {
        let buffer = self.open(number).map_err(|_| unsupported())?;
        from.read_to(buffer)
            .map_err(|error| match error.raw_os_error() {
                Some(libc::EINVAL | libc::ENOSYS) => unsupported(),
                _ => error,
            })
    }

    /// Writes what fits now. `WouldBlock` means that the ready list will tell when there is room.
    pub fn drain(&mut self, number: usize, to: &Stream) -> io::Result<usize> {
        to.write_from(self.existing(number)?)
    }

    /// Copies all that the buffer holds to memory, and says how much that was.
    pub fn copy(&mut self, number: usize, memory: &mut [u8]) -> io::Result<usize> {
        let buffer = self.existing(number)?;
        let mut copied = 0;
        while buffer.held() > 0 {
            let Some(rest) = memory.get_mut(copied..).filter(|rest| !rest.is_empty()) else {
                return Err(io::ErrorKind::InvalidInput.into());
            };
            copied += buffer.read(rest)?;
        }
        Ok(copied)
    }

    /// Closes the buffer; what it holds is lost.
    pub fn close(&mut self, number: usize) {
        if let Some(place) = self.buffers.get_mut(number) {
            *place = None;
        }
    }

    pub fn close_all(&mut self) {
        self.buffers.clear();
    }
}

fn unsupported() -> io::Error {
    io::ErrorKind::Unsupported.into()
}
