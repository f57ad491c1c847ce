//! The reactor of one JavaScript environment, its doorbell, and its end.

use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::{Buffer, Env, Function, Result};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Error, Status};
use napi_derive::napi;

use super::memory::Block;
use crate::reactor::{After, Bell, Drained, Reactor as Core};

type Ring = ThreadsafeFunction<(), (), (), Status, false, false, 0>;

/// The threadsafe function that wakes JavaScript. Once the environment ends it is neither called nor
/// released (Node 20 and 22 may use it after it was freed: nodejs/node pull request 55877); the lock is
/// what a ring and the end agree by.
struct Doorbell(Mutex<Option<Ring>>);

impl Doorbell {
    fn with(&self, act: impl FnOnce(&mut Ring)) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ring) = ring.as_mut() {
            act(ring);
        }
    }

    fn forget(&self) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::forget(ring.take());
    }
}

impl Bell for Arc<Doorbell> {
    fn ring(&self) {
        self.with(|ring| {
            ring.call((), ThreadsafeFunctionCallMode::NonBlocking);
        });
    }
}

/// What all handles of an environment share: the reactor and the blocks of memory.
pub struct Environment {
    pub core: Rc<Core>,
    /// Where a stream reads to; JavaScript replaces it when it gives the filled one to the program.
    pub stream: Block,
    /// Where datagrams are received, and what was received.
    pub datagrams: Block,
    pub received: Block,
    /// The datagrams of one batch on their way out, and what they are; later their results.
    pub outgoing: Block,
    pub outgoing_info: Block,
    ready: Block,
    bell: Arc<Doorbell>,
}

impl Environment {
    /// The end of the environment: no ring may follow. The follower is joined before Node goes on.
    fn end(&self) {
        self.core.stop();
        self.bell.forget();
    }
}

#[napi]
pub struct Reactor(pub(super) Rc<Environment>);

#[napi]
impl Reactor {
    /// `ring` is called, without arguments, when handles became ready. `ready` is where
    /// [`collect`](Self::collect) puts them, as an Int32Array: index * 4 + readiness.
    #[napi(constructor, catch_unwind)]
    #[allow(deprecated)] // unref: the alternative is a threadsafe function that never keeps Node alive
    pub fn new(env: Env, ring: Function<'_, (), ()>, ready: Buffer) -> Result<Reactor> {
        let mut ring: Ring = ring.build_threadsafe_function::<()>().build()?;
        ring.unref(&env)?;
        let bell = Arc::new(Doorbell(Mutex::new(Some(ring))));
        let core = Core::start(Box::new(bell.clone()))
            .map_err(|error| Error::from_reason(format!("cannot start the reactor: {error}")))?;
        let shared = Rc::new(Environment {
            core,
            stream: Block::default(),
            datagrams: Block::default(),
            received: Block::default(),
            outgoing: Block::default(),
            outgoing_info: Block::default(),
            ready: Block::default(),
            bell,
        });
        shared.ready.set(ready);
        // Hooks run in reverse order: this one comes before the threadsafe function's own.
        env.add_env_cleanup_hook(Rc::downgrade(&shared), |shared: Weak<Environment>| {
            if let Some(shared) = shared.upgrade() {
                shared.end();
            }
        })?;
        Ok(Reactor(shared))
    }

    /// The memory that streams read to.
    #[napi(catch_unwind)]
    pub fn set_stream_block(&self, block: Buffer) {
        self.0.stream.set(block);
    }

    /// The memory that datagrams are received to and sent from. `received` and `outgoing_info` are read
    /// and written as Int32Array (`lib/udp-handle.js` names the columns).
    #[napi(catch_unwind)]
    pub fn set_datagram_blocks(
        &self,
        datagrams: Buffer,
        received: Buffer,
        outgoing: Buffer,
        outgoing_info: Buffer,
    ) {
        self.0.datagrams.set(datagrams);
        self.0.received.set(received);
        self.0.outgoing.set(outgoing);
        self.0.outgoing_info.set(outgoing_info);
    }

    /// Whether a referenced handle is active: the doorbell keeps the program alive exactly then.
    #[napi(catch_unwind)]
    #[allow(deprecated)] // refer and unref: see `new`
    pub fn set_referenced(&self, env: Env, referenced: bool) {
        self.0.core.set_referenced(referenced);
        self.0.bell.with(|ring| {
            // They fail only when the environment ends, when nothing is kept alive any more.
            let _ = if referenced {
                ring.refer(&env)
            } else {
                ring.unref(&env)
            };
        });
    }

    /// The turn that begins was asked for by the bell.
    #[napi(catch_unwind)]
    pub fn bell_rang(&self) {
        self.0.core.bell_rang();
    }

    /// Turns the driver if JavaScript holds it.
    #[napi(catch_unwind)]
    pub fn drive(&self) {
        self.0.core.drive();
    }

    /// Puts ready handles into the `ready` block and says how many.
    #[napi(catch_unwind)]
    pub fn collect(&self) -> u32 {
        let mut ready = self.0.ready.bytes();
        let limit = ready.capacity();
        let mut count = 0;
        self.0.core.collect(limit, |key, readiness| {
            ready.put(count, (key.index * 4 + readiness as u32) as i32);
            count += 1;
        });
        count as u32
    }

    /// Ends a turn; true when JavaScript has to schedule another one.
    #[napi(catch_unwind)]
    pub fn rest(&self, ids: u32, events: u32, collects: u32) -> bool {
        let drained = Drained {
            ids,
            events,
            collects,
        };
        self.0.core.rest(&drained) == After::Turn
    }

    /// Whether a turn has to be scheduled for work made outside of one.
    #[napi(catch_unwind)]
    pub fn needs_turn(&self) -> bool {
        self.0.core.needs_turn()
    }
}
