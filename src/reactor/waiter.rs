//! Who turns the driver: a follower thread while it is quiet, the JavaScript thread while it is busy.
//!
//! At rest the follower sits in the driver and rings the doorbell when a socket became ready. Under
//! load JavaScript wants the driver, takes it over at the follower's next event, and turns it once per
//! `setImmediate`, so that an event costs no thread hop. This is leader/followers (Schmidt et al.,
//! 2000), and what Linux does with network cards (NAPI: interrupts when quiet, polling when busy).
//!
//! The hand-over never has two threads in the driver: the follower says `js_drives` only after its own
//! wait has ended, and goes back in only after JavaScript said it is done. `proofs/loom` runs this file through
//! every interleaving of the two.

use std::io;
use std::sync::Arc;

use super::driver::Driver;
use super::ready::ReadyList;
use crate::panic::caught;
use crate::sync::{AtomicBool, Builder, Condvar, JoinHandle, Mutex, Ordering, PoisonError};
use crate::sys;

/// Wakes JavaScript from any thread: it will collect the ready list soon.
pub trait Bell: Send + Sync {
    fn ring(&self);
}

/// The bell of a hosted driver: whoever waits for it needs none.
struct NoBell;

impl Bell for NoBell {
    fn ring(&self) {}
}

struct Shared {
    ready: Arc<ReadyList>,
    bell: Box<dyn Bell>,
    /// A bell is on its way, or JavaScript is in a turn or has one scheduled.
    armed: AtomicBool,
    /// JavaScript wants the driver at the follower's next event.
    wanted: AtomicBool,
    stop: AtomicBool,
    /// A panic has ended the follower.
    broken: AtomicBool,
    js_drives: AtomicBool,
    /// Guards the hand-back; `js_drives` is what it is about.
    parking: Mutex<()>,
    handed_back: Condvar,
}

impl Shared {
    fn new(ready: Arc<ReadyList>, bell: Box<dyn Bell>, js_drives: bool) -> Shared {
        Shared {
            ready,
            bell,
            armed: AtomicBool::new(false),
            wanted: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            js_drives: AtomicBool::new(js_drives),
            parking: Mutex::new(()),
            handed_back: Condvar::new(),
        }
    }

    fn ring(&self) {
        if !self.armed.swap(true, Ordering::AcqRel) {
            self.bell.ring();
        }
    }

    /// Runs after every sleep of the driver, once its wakers have pushed. Tells whether the follower shall
    /// leave the driver.
    fn driver_woke(&self) -> bool {
        if self.js_drives.load(Ordering::Acquire) || self.ready.is_empty() {
            return false;
        }
        if self.wanted.swap(false, Ordering::AcqRel) {
            return true;
        }
        self.ring();
        false
    }

    /// The follower panicked, which takes Tokio's driver along: JavaScript hears of it whatever bells there were.
    fn break_down(&self) {
        self.broken.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// The follower gives the driver to JavaScript and sleeps until it comes back.
    fn lend_driver(&self) {
        let mut parking = self.parking.lock().unwrap_or_else(PoisonError::into_inner);
        self.js_drives.store(true, Ordering::Release);
        self.ring();
        while self.js_drives.load(Ordering::Acquire) && !self.stop.load(Ordering::Acquire) {
            parking = self
                .handed_back
                .wait(parking)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The driver, its follower thread and the doorbell.
pub struct Waiter {
    shared: Arc<Shared>,
    driver: Arc<Driver>,
    follower: Option<JoinHandle<()>>,
}

impl Waiter {
    pub fn start(ready: Arc<ReadyList>, bell: Box<dyn Bell>) -> io::Result<Waiter> {
        let shared = Arc::new(Shared::new(ready, bell, false));
        let woken = shared.clone();
        let driver = Arc::new(Driver::new(move || woken.driver_woke())?);
        let follower = {
            let (shared, driver) = (shared.clone(), driver.clone());
            Builder::new().name("ferronet".into()).spawn(move || {
                if caught(|| follow(&shared, &driver)).is_none() {
                    shared.break_down();
                }
            })?
        };
        Ok(Waiter {
            shared,
            driver,
            follower: Some(follower),
        })
    }

    /// A driver that nobody but the JavaScript thread turns: its host waits for it.
    pub fn hosted(ready: Arc<ReadyList>) -> io::Result<Waiter> {
        let shared = Shared::new(ready, Box::new(NoBell), true);
        Ok(Waiter {
            shared: Arc::new(shared),
            driver: Arc::new(Driver::new(|| false)?),
            follower: None,
        })
    }

    pub fn is_hosted(&self) -> bool {
        self.follower.is_none()
    }

    pub fn driver(&self) -> &Arc<Driver> {
        &self.driver
    }

    pub fn js_drives(&self) -> bool {
        self.shared.js_drives.load(Ordering::Acquire)
    }

    pub fn is_broken(&self) -> bool {
        self.shared.broken.load(Ordering::Acquire)
    }

    /// JavaScript would rather turn the driver itself from the next event on.
    pub fn want(&self) {
        self.shared.wanted.store(true, Ordering::Release);
    }

    /// JavaScript is in a turn, or has just scheduled one: events need no bell.
    /// False when a bell or a turn was on its way already.
    pub fn arm(&self) -> bool {
        !self.shared.armed.swap(true, Ordering::AcqRel)
    }

    /// JavaScript ends its turn and will sleep. False when something became ready meanwhile, or when the
    /// driver came over although JavaScript did not drive in this turn: then it must go on (the bell
    /// stays silent for what came before this call).
    pub fn rest(&self, drove: bool) -> bool {
        // A swap, which sees what came before the last ring: that the driver was lent.
        self.shared.armed.swap(false, Ordering::AcqRel);
        if self.shared.ready.is_empty() && self.js_drives() == drove {
            return true;
        }
        // Someone else may have rung between the two lines; then that bell is the next turn.
        self.shared.armed.swap(true, Ordering::AcqRel)
    }

    /// Gives the driver back to the follower. Only after [`rest`](Self::rest) said true.
    pub fn hand_back(&self) {
        let _parking = self
            .shared
            .parking
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.shared.js_drives.store(false, Ordering::Release);
        self.shared.handed_back.notify_one();
    }

    /// Ends the follower and waits for it. Idempotent.
    pub fn stop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.driver.leave();
        self.hand_back();
        if let Some(follower) = self.follower.take() {
            // An Err is a panic behind that of `break_down`: it is gone either way.
            let _ = follower.join();
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.stop();
    }
}

fn follow(shared: &Shared, driver: &Driver) {
    sys::block_signals();
    loop {
        driver.wait();
        if shared.stop.load(Ordering::Acquire) {
            return;
        }
        shared.lend_driver();
        if shared.stop.load(Ordering::Acquire) {
            return;
        }
    }
}
