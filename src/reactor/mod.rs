//! When to do I/O: readiness of descriptors, collected for the JavaScript thread.
//!
//! One [`Reactor`] per JavaScript environment. It lives on the JavaScript thread; only the ready list,
//! the wakers and the waiter's follower are shared with another thread. All reads and writes of
//! socket data happen on the JavaScript thread, so no data crosses threads and a blocked program
//! leaves back-pressure to the kernel.

mod driver;
mod pace;
mod ready;
mod source;
mod waiter;

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use crate::sys::{self, Events};
use pace::Pace;
pub use pace::{After, Drained};
use ready::ReadyList;
pub use ready::{Entry, Key, Readiness};
pub use source::Source;
pub use waiter::Bell;
use waiter::Waiter;

pub struct Reactor {
    ready: Arc<ReadyList>,
    /// None once it has ended, or when it could not begin.
    waiter: RefCell<Option<Waiter>>,
    /// The error number (errno(3)) for which it could not begin.
    failure: Option<i32>,
    table: RefCell<Table>,
    scratch: RefCell<Vec<Entry>>,
    pace: Pace,
    reset_is_end: Cell<bool>,
}

/// The generation of every handle index, and the indexes that are free.
#[derive(Default)]
struct Table {
    generations: Vec<u32>,
    free: Vec<u32>,
}

impl Reactor {
    /// A reactor with a follower, which rings.
    pub fn start(bell: Box<dyn Bell>) -> io::Result<Rc<Reactor>> {
        Self::with(Pace::default(), |ready| Waiter::start(ready, bell))
    }

    /// A reactor whose host waits for the [driver's descriptor](Self::driver_descriptor) and makes a
    /// turn when it is readable.
    pub fn hosted() -> io::Result<Rc<Reactor>> {
        Self::with(Pace::hosted(), Waiter::hosted)
    }

    fn with(
        pace: Pace,
        wait: impl FnOnce(Arc<ReadyList>) -> io::Result<Waiter>,
    ) -> io::Result<Rc<Reactor>> {
        let ready = Arc::new(ReadyList::default());
        let waiter = wait(ready.clone())?;
        Ok(Self::of(pace, ready, Some(waiter), None))
    }

    /// A reactor that could not begin, for lack of descriptors say: every socket fails by this error.
    pub fn failed(error: &io::Error) -> Rc<Reactor> {
        Self::of(Pace::default(), Arc::default(), None, error.raw_os_error())
    }

    fn of(
        pace: Pace,
        ready: Arc<ReadyList>,
        waiter: Option<Waiter>,
        failure: Option<i32>,
    ) -> Rc<Reactor> {
        Rc::new(Reactor {
            ready,
            waiter: RefCell::new(waiter),
            failure,
            table: RefCell::default(),
            scratch: RefCell::default(),
            pace,
            reset_is_end: Cell::new(false),
        })
    }

    /// Why a socket cannot be registered.
    fn why_not(&self) -> io::Error {
        match self.failure {
            Some(errno) => io::Error::from_raw_os_error(errno),
            None => io::ErrorKind::NotConnected.into(),
        }
    }

    /// The descriptor that is readable while the driver has something to tell: its epoll instance,
    /// found as the one that watches a socket registered for that.
    pub fn driver_descriptor(self: &Rc<Self>) -> Option<i32> {
        let (near, _far) = sys::probe().ok()?;
        let probe = Source::new(self, near).ok()?;
        sys::epoll_that_watches(sys::descriptor(probe.socket()))
    }

    /// Ends the follower; sockets that are still open keep their descriptors but no longer become
    /// ready. Idempotent.
    pub fn stop(&self) {
        self.waiter.borrow_mut().take();
    }

    fn with_waiter<R>(&self, act: impl FnOnce(&Waiter) -> R) -> Option<R> {
        self.waiter.borrow().as_ref().map(act)
    }

    /// Whether a referenced handle is active, that is, whether the program is kept alive by us.
    pub fn set_referenced(&self, referenced: bool) {
        self.pace.set_referenced(referenced);
    }

    /// Takes a reset that was known when a read emptied the queue for the end of the stream, as libuv does before 1.52
    /// (src/unix/stream.c, `uv__stream_io`: POLLHUP after a partial read).
    pub fn set_reset_is_end(&self) {
        self.reset_is_end.set(true);
    }

    /// Keeps turning the driver for so long after the last event: lower latency for a busy core.
    pub fn set_busy_poll(&self, duration: Duration) {
        self.pace.set_busy_poll(duration);
    }

    /// A turn begins because the bell rang. How fast bells follow matters to a follower alone.
    pub fn bell_rang(&self) {
        if self.with_waiter(Waiter::is_hosted) == Some(false) {
            self.pace.bell_rang();
        }
    }

    /// Whether a panic has ended the follower, and the driver with it.
    pub fn is_broken(&self) -> bool {
        self.with_waiter(Waiter::is_broken).unwrap_or(false)
    }

    /// Turns the driver once, if JavaScript holds it.
    pub fn drive(&self) {
        self.with_waiter(|waiter| {
            if waiter.js_drives() {
                waiter.driver().turn();
            }
        });
    }

    /// Gives at most `limit` ready handles to `each`; late entries of closed handles are dropped.
    pub fn collect(&self, limit: usize, mut each: impl FnMut(Key, Readiness)) {
        let mut entries = self.scratch.borrow_mut();
        self.ready.take(limit, &mut entries);
        let table = self.table.borrow();
        for (key, readiness) in entries.drain(..) {
            if table.generations.get(key.index as usize) == Some(&key.generation) {
                each(key, readiness);
            }
        }
    }

    /// Ends a turn: who drives from here on, and whether JavaScript comes again by itself.
    pub fn rest(&self, drained: &Drained) -> After {
        self.with_waiter(|waiter| self.pace.rest(waiter, drained))
            .unwrap_or(After::Sleep)
    }

    /// Whether JavaScript has to schedule a turn for what became ready outside of one (a connection was
    /// started, a paused reader resumed). True once per turn.
    pub fn needs_turn(&self) -> bool {
        !self.ready.is_empty() && self.with_waiter(Waiter::arm).unwrap_or(false)
    }

    fn open(&self) -> Key {
        let mut table = self.table.borrow_mut();
        let index = table.free.pop().unwrap_or(table.generations.len() as u32);
        match table.generations.get(index as usize) {
            Some(&generation) => Key { index, generation },
            None => {
                table.generations.push(0);
                Key {
                    index,
                    generation: 0,
                }
            }
        }
    }

    fn close(&self, key: Key) {
        let mut table = self.table.borrow_mut();
        if let Some(generation) = table.generations.get_mut(key.index as usize)
            && *generation == key.generation
        {
            *generation = generation.wrapping_add(1);
            table.free.push(key.index);
        }
    }
}

/// A handle's place in the reactor, given back when dropped.
pub struct Place {
    pub key: Key,
    reactor: Rc<Reactor>,
}

impl Place {
    pub fn take(reactor: &Rc<Reactor>) -> Place {
        Place {
            key: reactor.open(),
            reactor: reactor.clone(),
        }
    }

    pub fn reactor(&self) -> &Rc<Reactor> {
        &self.reactor
    }

    /// Puts the handle on the ready list.
    pub fn waker(&self, readiness: Readiness) -> Waker {
        ready::waker(&self.reactor.ready, self.key, readiness)
    }

    /// For a handle that registers by itself.
    pub fn events(&self) -> io::Result<Events> {
        let runtime = self
            .reactor
            .with_waiter(|waiter| waiter.driver().handle().clone());
        Ok(Events {
            runtime: runtime.ok_or_else(|| self.reactor.why_not())?,
            read: self.waker(Readiness::Read),
            write: self.waker(Readiness::Write),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.reactor.close(self.key);
    }
}

#[cfg(test)]
mod tests;
