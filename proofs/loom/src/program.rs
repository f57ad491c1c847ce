//! The JavaScript thread in the model: it sleeps until a bell or an immediate, and makes turns as
//! `lib/reactor/turn.js` does.

use std::sync::Arc;

use loom::sync::{Condvar, Mutex};

use crate::reactor::pace::{After, BUSY_IDS, Drained, Pace};
use crate::reactor::ready::{Entry, Key, Readiness, ReadyList, waker};
use crate::reactor::waiter::{Bell, Waiter};

#[derive(Default)]
struct Doorbell {
    /// How often it rang since JavaScript last woke; `None` once the environment has ended.
    rings: Mutex<Option<u32>>,
    rang: Condvar,
}

impl Bell for Arc<Doorbell> {
    fn ring(&self) {
        let mut rings = self.rings.lock().unwrap();
        *rings.as_mut().expect("a ring after the end") += 1;
        self.rang.notify_one();
    }
}

impl Doorbell {
    fn begin(&self) {
        *self.rings.lock().unwrap() = Some(0);
    }

    fn end(&self) {
        *self.rings.lock().unwrap() = None;
    }

    fn sleep(&self) {
        let mut rings = self.rings.lock().unwrap();
        while *rings == Some(0) {
            rings = self.rang.wait(rings).unwrap();
        }
        *rings = Some(0);
    }
}

/// How a program's drains look to the pace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// JavaScript never wants the driver.
    Light,
    /// Every drain that found something makes JavaScript want the driver.
    Heavy,
}

pub struct Program {
    pub ready: Arc<ReadyList>,
    pub waiter: Waiter,
    pace: Pace,
    bell: Arc<Doorbell>,
    load: Load,
    /// An immediate is on its way.
    scheduled: bool,
    pub seen: usize,
}

impl Program {
    pub fn start(load: Load) -> Program {
        let ready = Arc::new(ReadyList::default());
        let bell = Arc::new(Doorbell::default());
        bell.begin();
        let waiter = Waiter::start(ready.clone(), Box::new(bell.clone())).unwrap();
        let pace = Pace::default();
        pace.set_referenced(true);
        Program {
            ready,
            waiter,
            pace,
            bell,
            load,
            scheduled: false,
            seen: 0,
        }
    }

    /// The waker of a handle.
    pub fn waker(&self, index: u32) -> std::task::Waker {
        waker(&self.ready, key(index), Readiness::Read)
    }

    /// Something became ready outside of a turn, on this thread.
    pub fn kick(&mut self, index: u32) {
        self.waker(index).wake();
        if !self.ready.is_empty() && self.waiter.arm() {
            self.scheduled = true;
        }
    }

    /// Makes turns until `count` events were seen. A lost wake-up is a deadlock, which loom reports.
    pub fn see(&mut self, count: usize) {
        while self.seen < count {
            self.round();
        }
    }

    /// Makes turns until nothing is left to do by itself.
    pub fn settle(&mut self) {
        while self.scheduled {
            self.round();
        }
    }

    /// One round of the loop: an immediate, or sleep until the bell; then a turn.
    fn round(&mut self) {
        if !std::mem::take(&mut self.scheduled) {
            self.bell.sleep();
        }
        self.turn();
    }

    fn turn(&mut self) {
        if self.waiter.js_drives() {
            self.waiter.driver().turn();
        }
        let mut entries: Vec<Entry> = Vec::new();
        self.ready.take(usize::MAX, &mut entries);
        self.seen += entries.len();
        let busy = self.load == Load::Heavy && !entries.is_empty();
        let drained = Drained {
            ids: if busy { BUSY_IDS } else { entries.len() as u32 },
            events: 0,
            collects: 0,
        };
        self.scheduled = self.pace.rest(&self.waiter, &drained) == After::Turn;
    }

    /// The environment ends: nothing may ring afterwards.
    pub fn end(&mut self) {
        self.waiter.stop();
        self.bell.end();
    }
}

fn key(index: u32) -> Key {
    Key {
        index,
        generation: 0,
    }
}
