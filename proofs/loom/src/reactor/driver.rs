//! A model of `src/reactor/driver.rs`, with its kernel: an event is a waker to call. As Tokio's, it calls
//! the wakers of all events that came, then `woke`, then looks whether to leave; and it keeps one `leave`
//! for a `wait` to come. Two threads in it at once are an error.

use std::io;
use std::task::Waker;

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Condvar, Mutex};

#[derive(Default)]
struct Kernel {
    events: Vec<Waker>,
    leave: bool,
}

pub struct Driver {
    kernel: Mutex<Kernel>,
    changed: Condvar,
    taken: AtomicBool,
    woke: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Driver {
    pub fn new(woke: impl Fn() -> bool + Send + Sync + 'static) -> io::Result<Driver> {
        Ok(Driver {
            kernel: Mutex::default(),
            changed: Condvar::new(),
            taken: AtomicBool::new(false),
            woke: Box::new(woke),
        })
    }

    /// A descriptor became ready.
    pub fn raise(&self, waker: Waker) {
        self.kernel.lock().unwrap().events.push(waker);
        self.changed.notify_one();
    }

    pub fn wait(&self) {
        self.alone(|| {
            loop {
                let mut kernel = self.kernel.lock().unwrap();
                while kernel.events.is_empty() && !kernel.leave {
                    kernel = self.changed.wait(kernel).unwrap();
                }
                if std::mem::take(&mut kernel.leave) {
                    return;
                }
                let events = std::mem::take(&mut kernel.events);
                drop(kernel);
                self.deliver(events);
            }
        });
    }

    pub fn leave(&self) {
        self.kernel.lock().unwrap().leave = true;
        self.changed.notify_one();
    }

    pub fn turn(&self) {
        self.alone(|| {
            let events = std::mem::take(&mut self.kernel.lock().unwrap().events);
            self.deliver(events);
        });
    }

    fn deliver(&self, events: Vec<Waker>) {
        events.into_iter().for_each(Waker::wake);
        if (self.woke)() {
            self.kernel.lock().unwrap().leave = true;
        }
    }

    fn alone(&self, act: impl FnOnce()) {
        assert!(
            !self.taken.swap(true, Ordering::AcqRel),
            "two threads in the driver"
        );
        act();
        self.taken.store(false, Ordering::Release);
    }
}
