//! Where a panic must not go on: it would leave Rust for C, which ends the process. The only place that catches one,
//! besides what napi-rs does for its exports.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `act` comes to; `None` when it panics. The hook of the panic has told of it on stderr.
pub fn caught<R>(act: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // Its own drop could panic again.
            std::mem::forget(payload);
            None
        }
    }
}

/// Runs what libuv or Node calls without a way to hear of a failure: a callback, a cleanup hook, a
/// finalizer. A panic ends it there.
pub fn contain(act: impl FnOnce()) {
    caught(act);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in the drop");
        }
    }

    #[test]
    fn a_panic_ends_here_and_so_does_that_of_its_payload() {
        let mut reached = false;
        contain(|| {
            reached = true;
            std::panic::panic_any(Bomb);
        });
        contain(|| drop(Bomb));
        assert!(reached);
    }
}
