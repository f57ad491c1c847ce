//! A descriptor registered with the driver: the one owner of a socket, and its two wakers.

use std::cell::{Cell, OnceCell};
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use socket2::Socket;
use tokio::io::Interest;

use super::{Key, Place, Reactor, Readiness};
use crate::sys::{self, Registered, register};

pub struct Source {
    registered: Registered,
    read: Waker,
    /// Made when something waits to be written: most connections never do.
    write: OnceCell<Waker>,
    /// Whether a read has emptied the kernel's queue after the peer had closed, or reset, the connection.
    ended: Cell<bool>,
    place: Place,
}

impl Source {
    /// Registers a non-blocking stream socket for reading and writing.
    pub fn new(reactor: &Rc<Reactor>, socket: Socket) -> io::Result<Source> {
        Self::with_interest(reactor, socket, Interest::READABLE | Interest::WRITABLE)
    }

    /// Registers a non-blocking socket. UDP wants reading alone: Linux raises a write edge for
    /// every datagram that leaves (`sock_def_write_space`, net/core/sock.c).
    pub fn with_interest(
        reactor: &Rc<Reactor>,
        socket: Socket,
        interest: Interest,
    ) -> io::Result<Source> {
        let place = Place::take(reactor);
        let registered = reactor
            .with_waiter(|waiter| {
                let _context = waiter.driver().handle().enter();
                register(socket, interest)
            })
            .unwrap_or_else(|| Err(reactor.why_not()))?;
        Ok(Source {
            registered,
            read: place.waker(Readiness::Read),
            write: OnceCell::new(),
            ended: Cell::new(false),
            place,
        })
    }

    /// Whether the end may be told without another read, where a reset is an end as well
    /// ([`Reactor::set_reset_is_end`]).
    pub fn is_at_end(&self) -> bool {
        self.ended.get() && self.reactor().reset_is_end.get()
    }

    pub fn socket(&self) -> &Socket {
        self.registered.get_ref()
    }

    pub fn key(&self) -> Key {
        self.place.key
    }

    /// The index by which JavaScript knows the handle.
    pub fn id(&self) -> u32 {
        self.place.key.index
    }

    pub fn reactor(&self) -> &Rc<Reactor> {
        self.place.reactor()
    }

    fn write_waker(&self) -> &Waker {
        self.write
            .get_or_init(|| self.place.waker(Readiness::Write))
    }

    /// Asks to be put on the ready list once there is something to read; at once if there is.
    pub fn arm_read(&self) {
        let mut context = Context::from_waker(&self.read);
        if self.registered.poll_read_ready(&mut context).is_ready() {
            self.again(Readiness::Read);
        }
    }

    /// Asks to be put on the ready list once there is room to write; at once if there is.
    pub fn arm_write(&self) {
        let mut context = Context::from_waker(self.write_waker());
        if self.registered.poll_write_ready(&mut context).is_ready() {
            self.again(Readiness::Write);
        }
    }

    /// Forgets what readiness for writing there was, and asks to be put on the ready list for the next.
    pub fn wait_write(&self) {
        let mut context = Context::from_waker(self.write_waker());
        while let Poll::Ready(Ok(mut guard)) = self.registered.poll_write_ready(&mut context) {
            guard.clear_ready();
        }
    }

    /// Puts the handle on the ready list for the next collect.
    fn again(&self, readiness: Readiness) {
        let waker = match readiness {
            Readiness::Read => &self.read,
            Readiness::Write => self.write_waker(),
        };
        waker.wake_by_ref();
    }

    /// Reads when the driver says there is something. `drained` tells whether a result emptied the
    /// kernel's queue; then the ready list will tell of more. Otherwise the caller reads on, or calls
    /// [`arm_read`](Self::arm_read) to come again.
    ///
    /// The readiness is looked at before the read and cleared after it by its tick, so that an edge
    /// that arrives in between is kept (`AsyncFd`, "clear_ready").
    pub fn read_with<R>(
        &self,
        mut read: impl FnMut(&Socket) -> io::Result<R>,
        drained: impl FnOnce(&R) -> bool,
    ) -> io::Result<R> {
        let mut context = Context::from_waker(&self.read);
        loop {
            let mut guard = match self.registered.poll_read_ready(&mut context) {
                Poll::Pending => return Err(io::ErrorKind::WouldBlock.into()),
                Poll::Ready(guard) => guard?,
            };
            match read(guard.get_inner()) {
                Ok(result) => {
                    if drained(&result) {
                        self.ended.set(guard.ready().is_read_closed());
                        guard.clear_ready();
                        self.arm_read();
                    }
                    return Ok(result);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => guard.clear_ready(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A duplicate that comes on the ready list, as this handle, once there is room to write.
    pub fn watch_room(&self) -> io::Result<Source> {
        let reactor = self.reactor();
        let duplicate = sys::duplicate(self.socket())?;
        let mut room = Source::with_interest(reactor, duplicate, Interest::WRITABLE)?;
        room.write = self.write_waker().clone().into();
        room.arm_write();
        Ok(room)
    }

    /// Writes at once. `WouldBlock` means that the handle comes on the ready list once there is room.
    pub fn write_with<R>(&self, mut write: impl FnMut(&Socket) -> io::Result<R>) -> io::Result<R> {
        let first = sys::retry(|| write(self.socket()));
        if !matches!(&first, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
            return first;
        }
        let mut context = Context::from_waker(self.write_waker());
        loop {
            let mut guard = match self.registered.poll_write_ready(&mut context) {
                Poll::Pending => return Err(io::ErrorKind::WouldBlock.into()),
                Poll::Ready(guard) => guard?,
            };
            let result = sys::retry(|| write(guard.get_inner()));
            match &result {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => guard.clear_ready(),
                _ => return result,
            }
        }
    }
}
