//! The ready list: which handles became ready since JavaScript last looked.

use std::sync::Arc;
use std::task::{Wake, Waker};

use crate::sync::{Mutex, MutexGuard, PoisonError};

/// What a handle is ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Readiness {
    Read = 1,
    Write = 2,
}

/// A handle's place in the reactor's table. The generation tells a late event of a closed handle
/// from one of the handle that now has its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub index: u32,
    pub generation: u32,
}

pub type Entry = (Key, Readiness);

#[derive(Default)]
pub struct ReadyList {
    entries: Mutex<Vec<Entry>>,
}

impl ReadyList {
    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, key: Key, readiness: Readiness) {
        self.lock().push((key, readiness));
    }

    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Moves at most `limit` entries, oldest first, to `out`.
    pub fn take(&self, limit: usize, out: &mut Vec<Entry>) {
        let mut entries = self.lock();
        let count = limit.min(entries.len());
        out.extend(entries.drain(..count));
    }
}

/// The waker of one direction of one handle. It only pushes; ringing is the waiter's business.
struct Signal {
    list: Arc<ReadyList>,
    key: Key,
    readiness: Readiness,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.list.push(self.key, self.readiness);
    }
}

pub fn waker(list: &Arc<ReadyList>, key: Key, readiness: Readiness) -> Waker {
    Waker::from(Arc::new(Signal {
        list: list.clone(),
        key,
        readiness,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakers_push_in_order_and_take_is_bounded() {
        let list = Arc::new(ReadyList::default());
        let key = |index| Key {
            index,
            generation: 0,
        };
        waker(&list, key(1), Readiness::Read).wake();
        waker(&list, key(2), Readiness::Write).wake_by_ref();
        waker(&list, key(3), Readiness::Read).wake();
        let mut out = Vec::new();
        list.take(2, &mut out);
        assert_eq!(out, [(key(1), Readiness::Read), (key(2), Readiness::Write)]);
        assert!(!list.is_empty());
        list.take(2, &mut out);
        assert!(list.is_empty());
        assert_eq!(out.len(), 3);
    }
}
