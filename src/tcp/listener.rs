//! A listening socket: TCP or unix, or a named pipe. Owns its descriptor.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use socket2::Socket;
use tokio::io::Interest;

use crate::pipe::NamedListener;
use crate::reactor::{Reactor, Source};
use crate::sys::{self, PipeEnd};

pub enum Listener {
    Socket(SocketListener),
    Pipe(NamedListener),
}

/// What a listener has taken, for [`Stream::accepted`](super::Stream::accepted).
pub enum Accepted {
    Socket(Socket),
    Pipe(PipeEnd),
}

impl Listener {
    /// listen(2) on a bound socket.
    pub fn listen(reactor: &Rc<Reactor>, socket: Socket, backlog: i32) -> io::Result<Listener> {
        socket.listen(backlog)?;
        let source = Source::with_interest(reactor, socket, Interest::READABLE)?;
        source.arm_read();
        Ok(Listener::Socket(SocketListener {
            source,
            spare: RefCell::new(sys::spare_descriptor().ok()),
        }))
    }

    /// The next connection; `WouldBlock` means that the ready list will tell. A caller that stops
    /// before that calls [`arm`](Self::arm) to come again.
    pub fn accept(&self) -> io::Result<Accepted> {
        match self {
            Listener::Socket(listener) => listener.accept().map(Accepted::Socket),
            Listener::Pipe(listener) => listener.accept().map(Accepted::Pipe),
        }
    }

    /// Puts the listener on the ready list if connections wait.
    pub fn arm(&self) {
        match self {
            Listener::Socket(listener) => listener.source.arm_read(),
            Listener::Pipe(listener) => listener.arm(),
        }
    }

    /// `None` for a named pipe.
    pub fn socket(&self) -> Option<&Socket> {
        match self {
            Listener::Socket(listener) => Some(listener.source.socket()),
            Listener::Pipe(_) => None,
        }
    }

    pub fn id(&self) -> u32 {
        match self {
            Listener::Socket(listener) => listener.source.id(),
            Listener::Pipe(listener) => listener.id(),
        }
    }
}

pub struct SocketListener {
    source: Source,
    spare: RefCell<Option<sys::Spare>>,
}

impl SocketListener {
    fn accept(&self) -> io::Result<Socket> {
        match self.next() {
            Err(error) if is_exhausted(&error) => Err(self.shed()),
            result => result,
        }
    }

    fn next(&self) -> io::Result<Socket> {
        loop {
            match self.source.read_with(sys::accept, |_| false) {
                // The peer gave up while it was queued (accept(2), ECONNABORTED).
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                result => return result,
            }
        }
    }

    /// Out of descriptors: closes waiting connections with the spare one rather than spin on a
    /// listener that stays readable (libuv, `uv__emfile_trick`, src/unix/stream.c). Linux wants a
    /// descriptor before it looks whether a connection waits (net/socket.c, `do_accept`), so only the
    /// accepts made here can tell that none does. The error is why there is no connection.
    fn shed(&self) -> io::Error {
        self.spare.replace(None);
        let end = loop {
            if let Err(error) = self.next() {
                break error;
            }
        };
        self.spare.replace(sys::spare_descriptor().ok());
        if is_exhausted(&end) {
            // Someone else has taken the spare one: those who wait are served with the next who comes.
            let nobody = |_: &Socket| Err::<Socket, _>(io::ErrorKind::WouldBlock.into());
            let _ = self.source.read_with(nobody, |_| false);
            return io::ErrorKind::WouldBlock.into();
        }
        end
    }
}

fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}
