//! Panics on demand: `scripts/panics.js` makes this a module of a copy of the core, and puts calls of [`at`] into it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use napi_derive::napi;

/// The point that panics next; empty for none.
static ARMED: Mutex<String> = Mutex::new(String::new());
static CATCHING: AtomicBool = AtomicBool::new(true);

/// The next [`at`] of that name panics, once.
#[napi(catch_unwind)]
pub fn arm_panic(point: String) {
    *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = point;
}

/// What [`arm_panic`] was given and has not come yet.
#[napi(catch_unwind)]
pub fn armed_panic() -> String {
    ARMED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// From here on `crate::panic` catches nothing: the proof must notice.
#[napi(catch_unwind)]
pub fn stop_catching() {
    CATCHING.store(false, Ordering::Relaxed);
}

pub fn is_catching() -> bool {
    CATCHING.load(Ordering::Relaxed)
}

pub fn at(point: &str) {
    let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
    if *armed == point {
        armed.clear();
        drop(armed);
        panic!("planted: {point}");
    }
}
