//! The hand-over of the driver (`src/reactor`: waiter, ready list, pace), run through every interleaving of
//! its threads by loom. The files are the ones that ship, included by their paths; what stands in for the
//! rest of the crate is below: loom's synchronization for `std`'s, a model of the kernel for Tokio's driver.
//!
//! `npm run test:loom` runs this, and then plants faults to see that they are found (`scripts/loom.js`).
#![cfg(test)]
#![allow(dead_code)]

/// What `src/sync.rs` names, of loom.
mod sync {
    pub use loom::sync::atomic::{AtomicBool, Ordering};
    pub use loom::sync::{Condvar, Mutex, MutexGuard};
    pub use loom::thread::{Builder, JoinHandle};
    pub use std::sync::PoisonError;
}

/// A panic is how a proof fails.
mod panic {
    pub fn caught<R>(act: impl FnOnce() -> R) -> Option<R> {
        Some(act())
    }
}

/// What the hand-over needs of `src/sys`.
mod sys {
    pub fn block_signals() {}
}

mod reactor {
    pub mod driver;
    #[path = "../../../../src/reactor/pace.rs"]
    pub mod pace;
    #[path = "../../../../src/reactor/ready.rs"]
    pub mod ready;
    #[path = "../../../../src/reactor/waiter.rs"]
    pub mod waiter;
}

mod interleavings;
mod program;
