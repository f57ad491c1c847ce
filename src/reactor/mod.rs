//! When to do I/O: readiness of descriptors, collected for the JavaScript thread.
//!
//! One [`Reactor`] per JavaScript environment. It lives on the JavaScript thread; only the ready list,
//! the wakers and the waiter's follower are shared with another thread. All reads and writes of
//! socket data happen on the JavaScript thread, so no data crosses threads and a blocked program
//! leaves back-pressure to the kernel.

mod ready;
mod source;
mod waiter;

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sys;
use ready::ReadyList;
pub use ready::{Entry, Key, Readiness};
pub use source::Source;
pub use waiter::Bell;
use waiter::Waiter;

/// Work in one drain above which JavaScript wants the driver. Measured: fewer ids take it too
/// early for a light load, more leave a thread hop in every echo of a busy one.
const BUSY_IDS: u32 = 4;
const BUSY_EVENTS: u32 = 64;
/// Collects within one drain that found more work.
const BUSY_COLLECTS: u32 = 2;
/// Two bells that follow a drain this closely: events come faster than bells.
const BUSY_GAP: Duration = Duration::from_micros(15);
/// Empty turns before JavaScript hands the driver back (1 is clearly worse, 3 mixed).
const IDLE_TURNS: u32 = 2;

/// What one drain did: how many handles were ready, how many events they delivered, and how often
/// collecting again found more.
pub struct Drained {
    pub ids: u32,
    pub events: u32,
    pub collects: u32,
}

/// What JavaScript does after a drain.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing; a bell will come.
    Sleep,
    /// Schedule another turn.
    Turn,
}

pub struct Reactor {
    ready: Arc<ReadyList>,
    /// None once it has ended, or when it could not begin.
    waiter: RefCell<Option<Waiter>>,
    /// The error number (errno(3)) for which it could not begin.
    failure: Option<i32>,
    table: RefCell<Table>,
    scratch: RefCell<Vec<Entry>>,
    /// Whether a referenced handle is active, that is, whether the program is kept alive by us.
    referenced: Cell<bool>,
    idle_turns: Cell<u32>,
    quick_bells: Cell<u32>,
    rested_at: Cell<Instant>,
    /// How long after the last event JavaScript keeps turning the driver; zero for not at all.
    busy_poll: Cell<Duration>,
    /// When busy polling ends, if no event comes.
    busy_until: Cell<Instant>,
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
        Self::with(|ready| Waiter::start(ready, bell))
    }

    /// A reactor whose host waits for the [driver's descriptor](Self::driver_descriptor) and makes a
    /// turn when it is readable.
    pub fn hosted() -> io::Result<Rc<Reactor>> {
        let reactor = Self::with(Waiter::hosted)?;
        // Nothing was busy yet: the first turns are followed by sleep.
        reactor.idle_turns.set(IDLE_TURNS);
        Ok(reactor)
    }

    fn with(wait: impl FnOnce(Arc<ReadyList>) -> io::Result<Waiter>) -> io::Result<Rc<Reactor>> {
        let ready = Arc::new(ReadyList::default());
        let waiter = wait(ready.clone())?;
        Ok(Self::of(ready, Some(waiter), None))
    }

    /// A reactor that could not begin, for lack of descriptors say: every socket fails by this error.
    pub fn failed(error: &io::Error) -> Rc<Reactor> {
        Self::of(Arc::default(), None, error.raw_os_error())
    }

    fn of(ready: Arc<ReadyList>, waiter: Option<Waiter>, failure: Option<i32>) -> Rc<Reactor> {
        Rc::new(Reactor {
            ready,
            waiter: RefCell::new(waiter),
            failure,
            table: RefCell::default(),
            scratch: RefCell::default(),
            referenced: Cell::new(false),
            idle_turns: Cell::new(0),
            quick_bells: Cell::new(0),
            rested_at: Cell::new(Instant::now()),
            busy_poll: Cell::default(),
            busy_until: Cell::new(Instant::now()),
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

    pub fn set_referenced(&self, referenced: bool) {
        self.referenced.set(referenced);
    }

    /// Keeps turning the driver for so long after the last event: lower latency for a busy core.
    pub fn set_busy_poll(&self, duration: Duration) {
        self.busy_poll.set(duration);
    }

    /// Takes note of what a drain did, and tells whether JavaScript comes again by itself although nothing
    /// calls for it.
    fn is_polling(&self, drained: &Drained) -> bool {
        if self.busy_poll.get().is_zero() {
            return false;
        }
        let now = Instant::now();
        if drained.ids > 0 {
            self.busy_until.set(now + self.busy_poll.get());
        }
        now < self.busy_until.get()
    }

    /// A turn begins because the bell rang.
    pub fn bell_rang(&self) {
        let quick = self.rested_at.get().elapsed() < BUSY_GAP;
        self.quick_bells
            .set(if quick { self.quick_bells.get() + 1 } else { 0 });
    }

    /// Turns the driver once, if JavaScript holds it.
    pub fn drive(&self) {
        self.with_waiter(|waiter| {
            if waiter.js_drives() {
                waiter.turn();
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
        self.with_waiter(|waiter| {
            if waiter.is_hosted() {
                self.rest_hosted(waiter, drained)
            } else if waiter.js_drives() {
                self.rest_driving(waiter, drained)
            } else {
                self.rest_following(waiter, drained)
            }
        })
        .unwrap_or(After::Sleep)
    }

    /// The host comes again as soon as the driver has something. A busy drain is followed by turns
    /// without waiting all the same, which save the sleep and the wake-up between bursts.
    fn rest_hosted(&self, waiter: &Waiter, drained: &Drained) -> After {
        let idle = match drained.ids {
            0 => self.idle_turns.get() + 1,
            _ if Self::is_busy(drained) => 0,
            _ => self.idle_turns.get(),
        };
        self.idle_turns.set(idle.min(IDLE_TURNS));
        let goes_on = self.is_polling(drained) || idle < IDLE_TURNS;
        if goes_on && self.referenced.get() || !waiter.rest() {
            return After::Turn;
        }
        After::Sleep
    }

    fn is_busy(drained: &Drained) -> bool {
        drained.ids >= BUSY_IDS
            || drained.events >= BUSY_EVENTS
            || drained.collects >= BUSY_COLLECTS
    }

    fn rest_driving(&self, waiter: &Waiter, drained: &Drained) -> After {
        let idle = if drained.ids == 0 {
            self.idle_turns.get() + 1
        } else {
            0
        };
        self.idle_turns.set(idle);
        // While nothing of ours keeps the program alive, no immediate of ours may do so either.
        let goes_on = self.is_polling(drained) || idle < IDLE_TURNS;
        if goes_on && self.referenced.get() || !waiter.rest() {
            return After::Turn;
        }
        self.idle_turns.set(0);
        self.rested_at.set(Instant::now());
        waiter.hand_back();
        After::Sleep
    }

    fn rest_following(&self, waiter: &Waiter, drained: &Drained) -> After {
        let busy =
            self.is_polling(drained) || Self::is_busy(drained) || self.quick_bells.get() >= 2;
        if busy && self.referenced.get() {
            waiter.want();
        }
        if !waiter.rest() {
            return After::Turn;
        }
        self.rested_at.set(Instant::now());
        After::Sleep
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
}

impl Drop for Place {
    fn drop(&mut self) {
        self.reactor.close(self.key);
    }
}

#[cfg(test)]
mod tests;
