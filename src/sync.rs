//! What threads share and agree by. The proof in `proofs/loom` puts a model checker's own in the place of
//! this module, and so runs the code of the hand-over as it is.

pub use std::sync::atomic::{AtomicBool, Ordering};
pub use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
pub use std::thread::{Builder, JoinHandle};
