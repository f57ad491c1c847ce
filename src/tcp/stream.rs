//! A connected, or connecting, byte stream: TCP, unix or a named pipe. Owns its descriptor.

use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;

use socket2::Socket;

use super::Accepted;
use super::nagle::Nagle;
use crate::reactor::{Place, Reactor, Source};
use crate::sys::{self, Events, NamedPipe, RelayBuffer};

pub struct Stream(Channel);

enum Channel {
    Socket(Source, Nagle),
    Pipe(NamedPipe, Place),
}

impl Stream {
    /// A connection that a listener has taken.
    pub fn accepted(reactor: &Rc<Reactor>, connection: Accepted) -> io::Result<Stream> {
        match connection {
            Accepted::Socket(socket) => Self::connected(reactor, socket),
            Accepted::Pipe(end) => {
                Self::over_pipe(reactor, |events| NamedPipe::connected(end, events))
            }
        }
    }

    /// A socket that is connected already (accepted, or adopted by descriptor).
    pub fn connected(reactor: &Rc<Reactor>, socket: Socket) -> io::Result<Stream> {
        let source = Source::new(reactor, socket)?;
        Ok(Stream(Channel::Socket(source, Nagle::new())))
    }

    /// A socket on which connect(2) was called. It comes on the ready list for writing when the
    /// attempt has ended; [`finish_connect`](Self::finish_connect) then tells how. It is registered
    /// only now because an unconnected TCP socket polls as hung up (tcp(7), `tcp_poll`).
    pub fn connecting(reactor: &Rc<Reactor>, socket: Socket) -> io::Result<Stream> {
        let source = Source::new(reactor, socket)?;
        source.arm_write();
        Ok(Stream(Channel::Socket(source, Nagle::new())))
    }

    /// Starts to connect to a named pipe.
    pub fn connecting_pipe(reactor: &Rc<Reactor>, name: &str) -> io::Result<Stream> {
        Self::over_pipe(reactor, |events| NamedPipe::connect(name, events))
    }

    fn over_pipe(
        reactor: &Rc<Reactor>,
        open: impl FnOnce(Events) -> io::Result<NamedPipe>,
    ) -> io::Result<Stream> {
        let place = Place::take(reactor);
        let pipe = open(place.events()?)?;
        Ok(Stream(Channel::Pipe(pipe, place)))
    }

    /// The outcome of the attempt. `WouldBlock` while it lasts: a late event of a closed handle may
    /// have woken this one.
    pub fn finish_connect(&self) -> io::Result<()> {
        match &self.0 {
            Channel::Socket(source, _) => connect_outcome(source),
            Channel::Pipe(pipe, _) => pipe.finish_connect(),
        }
    }

    /// Asks for a place on the ready list as soon as there is something to read.
    pub fn arm_read(&self) {
        match &self.0 {
            Channel::Socket(source, _) => source.arm_read(),
            Channel::Pipe(pipe, _) => pipe.arm_read(),
        }
    }

    /// Reads once. 0 is the end; `WouldBlock` means that the ready list will tell.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len();
        match &self.0 {
            Channel::Socket(source, _) if source.is_at_end() => Ok(0),
            Channel::Socket(source, _) => source.read_with(
                |socket| sys::read_stream(socket, buffer),
                |&count| count < room,
            ),
            Channel::Pipe(pipe, _) => pipe.read(buffer),
        }
    }

    /// Writes what fits now. `WouldBlock` means that the ready list will tell when there is room.
    pub fn write(&self, data: &[u8]) -> io::Result<usize> {
        match &self.0 {
            Channel::Socket(source, nagle) => {
                nagle.before_write(source.socket(), data.len());
                source.write_with(|socket| sys::write_stream(socket, data))
            }
            Channel::Pipe(pipe, _) => pipe.write(data),
        }
    }

    /// Writes what fits now of several pieces, as [`write`](Self::write) does of one.
    pub fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match &self.0 {
            Channel::Socket(source, nagle) => {
                let length = pieces.iter().map(|piece| piece.len()).sum();
                nagle.before_write(source.socket(), length);
                source.write_with(|socket| sys::write_vectored(socket, pieces))
            }
            Channel::Pipe(pipe, _) => pipe.write(first_of(pieces)),
        }
    }

    /// Reads to a buffer that relays. 0 is the end; `WouldBlock` means that the ready list will tell. How
    /// much came says nothing about what is left (a kernel pipe is full of few small pieces), so the
    /// caller reads on. `Unsupported` for a named pipe.
    pub fn read_to(&self, buffer: &mut RelayBuffer) -> io::Result<usize> {
        match &self.0 {
            Channel::Socket(source, _) => source.read_with(|socket| buffer.fill(socket), |_| false),
            Channel::Pipe(..) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Writes what fits now of a buffer that relays. `WouldBlock` as with [`write`](Self::write).
    pub fn write_from(&self, buffer: &mut RelayBuffer) -> io::Result<usize> {
        match &self.0 {
            Channel::Socket(source, _) => source.write_with(|socket| buffer.drain(socket)),
            Channel::Pipe(..) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Sends FIN (shutdown(2)).
    pub fn shutdown(&self) -> io::Result<()> {
        match &self.0 {
            Channel::Socket(source, _) => source.socket().shutdown(Shutdown::Write),
            Channel::Pipe(pipe, _) => pipe.shutdown(),
        }
    }

    /// Makes the coming close send RST: SO_LINGER with a time of zero (socket(7)).
    pub fn reset_on_close(&self) -> io::Result<()> {
        match self.socket() {
            Some(socket) => socket.set_linger(Some(Duration::ZERO)),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// TCP_NODELAY (tcp(7)).
    pub fn set_no_delay(&self, on: bool) -> io::Result<()> {
        match &self.0 {
            Channel::Socket(source, nagle) => {
                nagle.settle();
                source.socket().set_tcp_nodelay(on)
            }
            Channel::Pipe(..) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// `None` for a named pipe.
    pub fn socket(&self) -> Option<&Socket> {
        match &self.0 {
            Channel::Socket(source, _) => Some(source.socket()),
            Channel::Pipe(..) => None,
        }
    }

    pub fn id(&self) -> u32 {
        match &self.0 {
            Channel::Socket(source, _) => source.id(),
            Channel::Pipe(_, place) => place.key.index,
        }
    }
}

fn first_of<'a>(pieces: &'a [IoSlice<'_>]) -> &'a [u8] {
    pieces
        .iter()
        .find(|piece| !piece.is_empty())
        .map_or(&[], |piece| piece)
}

/// SO_ERROR (connect(2), EINPROGRESS).
fn connect_outcome(source: &Source) -> io::Result<()> {
    let socket = source.socket();
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    match socket.peer_addr() {
        Err(error) if error.kind() == io::ErrorKind::NotConnected => {
            source.wait_write();
            Err(io::ErrorKind::WouldBlock.into())
        }
        _ => Ok(()),
    }
}
