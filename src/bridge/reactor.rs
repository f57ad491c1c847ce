//! The reactor of one JavaScript environment, its doorbell, and its end.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::Status;
use napi::bindgen_prelude::{Buffer, Env, Function, Object, Result};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use super::calls;
use super::loop_wake::LoopWake;
use super::memory::Block;
use super::server::Listeners;
use super::streams::Streams;
use crate::panic::contain;
use crate::reactor::{After, Bell, Drained, Reactor as Core};
use crate::relay::Relays;

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

    /// No rings from here on; Node may take the function back.
    fn release(&self) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(ring.take());
    }

    /// The same at the end of the environment, when the function must not be touched any more.
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
    /// Where JavaScript puts what a stream writes, if it is text or little.
    pub small: Block,
    /// Where datagrams are received, and what was received.
    pub datagrams: Block,
    pub received: Block,
    /// The datagrams of one batch on their way out, and what they are; later their results.
    pub outgoing: Block,
    pub outgoing_info: Block,
    pub ready: Block,
    pub streams: Streams,
    pub listeners: Listeners,
    /// What is on its way from one stream to another.
    pub relays: RefCell<Relays>,
    wake: Wake,
}

/// How JavaScript learns that handles are ready.
enum Wake {
    /// The follower rings.
    Doorbell(Arc<Doorbell>),
    /// Node's own loop waits for the driver.
    Loop(LoopWake),
    /// There is no driver: the reactor could not begin.
    Nobody,
}

impl Environment {
    /// JavaScript ends a turn; tells whether it comes again by itself.
    pub fn rest(&self, drained: &Drained) -> bool {
        let comes_again = self.core.rest(drained) == After::Turn;
        if let Wake::Loop(wake) = &self.wake {
            wake.watch(!comes_again);
        }
        comes_again
    }

    /// The end of the environment: no ring may follow. The follower is joined before Node goes on.
    pub fn end(&self) {
        self.end_with(Doorbell::forget);
    }

    /// The same while the environment lives on.
    fn stop(&self) {
        self.end_with(Doorbell::release);
    }

    /// Each step is made, whatever became of the one before it.
    fn end_with(&self, give_up: impl FnOnce(&Doorbell)) {
        if let Wake::Loop(wake) = &self.wake {
            contain(|| wake.close());
        }
        contain(|| self.core.stop());
        contain(|| self.relays.borrow_mut().close_all());
        if let Wake::Doorbell(bell) = &self.wake {
            contain(|| give_up(bell));
        }
    }
}

impl Drop for Environment {
    /// By a finalizer, when the last object of the environment goes.
    fn drop(&mut self) {
        contain(|| self.core.stop());
        contain(|| self.relays.take().close_all());
    }
}

/// A reactor whose driver Node's own loop waits for; `None` where that cannot be.
fn host(env: &Env, ring: &Function<'_, (), ()>, resource: &Object<'_>) -> Option<(Rc<Core>, Wake)> {
    let core = Core::hosted().ok()?;
    let wake = LoopWake::start(env, core.driver_descriptor()?, ring, resource)?;
    Some((core, Wake::Loop(wake)))
}

/// A reactor with a follower and a doorbell.
#[allow(deprecated)] // unref: the alternative is a threadsafe function that never keeps Node alive
fn follow(env: &Env, ring: &Function<'_, (), ()>) -> Result<(Rc<Core>, Wake)> {
    let mut ring: Ring = ring.build_threadsafe_function::<()>().build()?;
    ring.unref(env)?;
    let bell = Arc::new(Doorbell(Mutex::new(Some(ring))));
    Ok(match Core::start(Box::new(bell.clone())) {
        Ok(core) => (core, Wake::Doorbell(bell)),
        Err(error) => {
            bell.release();
            (Core::failed(&error), Wake::Nobody)
        }
    })
}

#[napi]
pub struct Reactor(pub(super) Rc<Environment>);

#[napi]
impl Reactor {
    /// `ring` is called, without arguments, when handles became ready. `ready` is where
    /// `collect` puts them, as an Int32Array: index * 4 + readiness. `in_loop` asks that Node's own loop
    /// waits for the driver, where that is possible, and is what async_hooks shows of that.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        ring: Function<'_, (), ()>,
        ready: Buffer,
        in_loop: Option<Object<'_>>,
    ) -> Result<Reactor> {
        let hosted = in_loop.and_then(|resource| host(&env, &ring, &resource));
        let (core, wake) = match hosted {
            Some(hosted) => hosted,
            None => follow(&env, &ring)?,
        };
        let shared = Rc::new(Environment {
            core,
            stream: Block::default(),
            small: Block::default(),
            datagrams: Block::default(),
            received: Block::default(),
            outgoing: Block::default(),
            outgoing_info: Block::default(),
            ready: Block::default(),
            streams: Streams::default(),
            listeners: Listeners::default(),
            relays: RefCell::default(),
            wake,
        });
        shared.ready.set(ready);
        match &shared.wake {
            Wake::Loop(wake) => wake.end_with_environment(&shared),
            // Hooks run in reverse order: this one comes before the threadsafe function's own.
            Wake::Doorbell(_) => {
                env.add_env_cleanup_hook(Rc::downgrade(&shared), |shared: Weak<Environment>| {
                    contain(|| {
                        if let Some(shared) = shared.upgrade() {
                            shared.end();
                        }
                    });
                })?;
            }
            Wake::Nobody => {}
        }
        Ok(Reactor(shared))
    }

    /// Who waits for the driver: `nested` (Node's own loop), `follower`, or `nobody` when there was
    /// nothing left to make a driver from: sockets fail then, and another reactor may be tried.
    #[napi(catch_unwind)]
    pub fn waiter(&self) -> &'static str {
        match self.0.wake {
            Wake::Loop(_) => "nested",
            Wake::Doorbell(_) => "follower",
            Wake::Nobody => "nobody",
        }
    }

    /// For how many microseconds after the last event JavaScript turns the driver without waiting.
    #[napi(catch_unwind)]
    pub fn set_busy_poll(&self, micros: u32) {
        let duration = Duration::from_micros(micros.into());
        self.0.core.set_busy_poll(duration);
    }

    /// As the libuv of the running Node does it ([`Core::set_reset_is_end`]).
    #[napi(catch_unwind)]
    pub fn set_reset_is_end(&self) {
        self.0.core.set_reset_is_end();
    }

    /// The memory that streams read to.
    #[napi(catch_unwind)]
    pub fn set_stream_block(&self, block: Buffer) {
        self.0.stream.set(block);
    }

    /// The memory for text and small writes of streams.
    #[napi(catch_unwind)]
    pub fn set_small_block(&self, block: Buffer) {
        self.0.small.set(block);
    }

    /// The memory that datagrams are received to and sent from. `received` and `outgoing_info` are read
    /// and written as Int32Array (`lib/handles/udp.js` names the columns).
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
    #[allow(deprecated)] // refer and unref: see `follow`
    pub fn set_referenced(&self, env: Env, referenced: bool) {
        self.0.core.set_referenced(referenced);
        match &self.0.wake {
            Wake::Loop(wake) => wake.set_referenced(referenced),
            // They fail only when the environment ends, when nothing is kept alive any more.
            Wake::Doorbell(bell) => bell.with(|ring| {
                let _ = if referenced {
                    ring.refer(&env)
                } else {
                    ring.unref(&env)
                };
            }),
            Wake::Nobody => {}
        }
    }

    /// Ends the reactor while the environment lives on: joins the follower, gives back the threadsafe
    /// function. There must be no open handle.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.0.stop();
    }

    /// The functions that are called for every event ([`calls`](super::calls)).
    #[napi(catch_unwind, ts_return_type = "object")]
    pub fn calls(&self, env: Env) -> Result<Object<'static>> {
        calls::make(&env, &self.0)
    }
}
