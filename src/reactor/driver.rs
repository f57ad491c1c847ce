//! Tokio's driver: where descriptors are registered, and what is turned to hear of them. One thread at a
//! time may turn it; a second one would wait for the first.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

pub struct Driver {
    runtime: Runtime,
    leave: Arc<Notify>,
}

impl Driver {
    /// `woke` runs after every sleep of the driver, once its wakers have been called, on the thread that
    /// turns it; it tells whether a [`wait`](Self::wait) shall end.
    pub fn new(woke: impl Fn() -> bool + Send + Sync + 'static) -> io::Result<Driver> {
        let leave = Arc::new(Notify::new());
        let leaving = leave.clone();
        let runtime = Builder::new_current_thread()
            .enable_io()
            .on_thread_unpark(move || {
                if woke() {
                    leaving.notify_one();
                }
            })
            .build()?;
        Ok(Driver { runtime, leave })
    }

    /// For registering descriptors.
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Turns the driver, sleeping between events, until told to leave.
    pub fn wait(&self) {
        self.runtime.block_on(self.leave.notified());
    }

    /// Ends a [`wait`](Self::wait), or the next one.
    pub fn leave(&self) {
        self.leave.notify_one();
    }

    /// One turn without sleeping.
    pub fn turn(&self) {
        let mut yielded = false;
        self.runtime.block_on(poll_fn(|cx| {
            if yielded {
                return Poll::Ready(());
            }
            yielded = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        }));
    }
}
