//! A connected, or connecting, byte stream: TCP or unix. Owns its descriptor.

use std::io;
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;

use socket2::Socket;

use crate::reactor::{Reactor, Source};
use crate::sys::{self, RelayBuffer};

pub struct Stream {
    source: Source,
}

impl Stream {
    /// A socket that is connected already (accepted, or adopted by descriptor).
    pub fn connected(reactor: &Rc<Reactor>, socket: Socket) -> io::Result<Stream> {
        let source = Source::new(reactor, socket)?;
        Ok(Stream { source })
    }

    /// A socket on which connect(2) was called. It comes on the ready list for writing when the
    /// attempt has ended; [`finish_connect`](Self::finish_connect) then tells how. It is registered
    /// only now because an unconnected TCP socket polls as hung up (tcp(7), `tcp_poll`).
    pub fn connecting(reactor: &Rc<Reactor>, socket: Socket) -> io::Result<Stream> {
        let stream = Stream::connected(reactor, socket)?;
        stream.source.arm_write();
        Ok(stream)
    }

    /// The outcome of the attempt: SO_ERROR (connect(2), EINPROGRESS). `WouldBlock` while it lasts: a
    /// late event of a closed handle may have woken this one.
    pub fn finish_connect(&self) -> io::Result<()> {
        let socket = self.source.socket();
        if let Some(error) = socket.take_error()? {
            return Err(error);
        }
        match socket.peer_addr() {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                self.source.wait_write();
                Err(io::ErrorKind::WouldBlock.into())
            }
            _ => Ok(()),
        }
    }

    /// Asks for a place on the ready list as soon as there is something to read.
    pub fn arm_read(&self) {
        self.source.arm_read();
    }

    /// Reads once. 0 is the end; `WouldBlock` means that the ready list will tell.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len();
        self.source.read_with(
            |socket| sys::read_stream(socket, buffer),
            |&count| count < room,
        )
    }

    /// Writes what fits now. `WouldBlock` means that the ready list will tell when there is room.
    pub fn write(&self, data: &[u8]) -> io::Result<usize> {
        self.source
            .write_with(|socket| sys::write_stream(socket, data))
    }

    /// Reads to a buffer that relays. 0 is the end; `WouldBlock` means that the ready list will tell. How
    /// much came says nothing about what is left (a kernel pipe is full of few small pieces), so the
    /// caller reads on.
    pub fn read_to(&self, buffer: &mut RelayBuffer) -> io::Result<usize> {
        self.source
            .read_with(|socket| buffer.fill(socket), |_| false)
    }

    /// Writes what fits now of a buffer that relays. `WouldBlock` as with [`write`](Self::write).
    pub fn write_from(&self, buffer: &mut RelayBuffer) -> io::Result<usize> {
        self.source.write_with(|socket| buffer.drain(socket))
    }

    /// Sends FIN (shutdown(2)).
    pub fn shutdown(&self) -> io::Result<()> {
        self.source.socket().shutdown(Shutdown::Write)
    }

    /// Makes the coming close send RST: SO_LINGER with a time of zero (socket(7)).
    pub fn reset_on_close(&self) -> io::Result<()> {
        self.source.socket().set_linger(Some(Duration::ZERO))
    }

    pub fn socket(&self) -> &Socket {
        self.source.socket()
    }

    pub fn id(&self) -> u32 {
        self.source.id()
    }
}
