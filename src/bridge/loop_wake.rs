//! Waking JavaScript from Node's own loop: libuv polls the driver's descriptor and calls us on the
//! JavaScript thread, so that an event costs no other thread.
//!
//! The one file of the bridge with `unsafe`: a callback of libuv has no handle scope, and napi-rs has no
//! safe way to open one and call a function as Node calls its own (napi_make_callback, with ticks after).
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::{Rc, Weak};

use napi::bindgen_prelude::{Env, Function, JsValue};
use napi::sys;

use super::reactor::Environment;
use crate::sys::LoopPoll;

/// Ends with [`close`](Self::close); then, or when the environment ends, libuv lets go of the poll
/// before anything that it calls is gone.
pub struct LoopWake {
    poll: RefCell<Option<LoopPoll>>,
    registration: Rc<Registration>,
}

/// What Node holds of us until the poll is closed.
struct Registration {
    env: sys::napi_env,
    ring: sys::napi_ref,
    hook: RefCell<sys::napi_async_cleanup_hook_handle>,
}

impl LoopWake {
    /// `None` where libuv cannot be asked to wait.
    pub fn start(env: &Env, descriptor: i32, ring: &Function<'_, (), ()>) -> Option<LoopWake> {
        let event_loop = env.get_uv_event_loop().ok()?.cast::<c_void>();
        let env = env.raw();
        let mut reference = null_mut();
        // SAFETY: a live function of this environment.
        let status = unsafe { sys::napi_create_reference(env, ring.raw(), 1, &raw mut reference) };
        if status != sys::Status::napi_ok {
            return None;
        }
        let ready = Box::new(move || call(env, reference));
        // SAFETY: the loop of this environment, on its thread.
        let poll = unsafe { LoopPoll::start(event_loop, descriptor, ready) }?;
        Some(LoopWake {
            poll: RefCell::new(Some(poll)),
            registration: Rc::new(Registration {
                env,
                ring: reference,
                hook: RefCell::new(null_mut()),
            }),
        })
    }

    /// Has the end of the environment end `shared` first, and wait for libuv to let go.
    pub fn end_with_environment(&self, shared: &Rc<Environment>) {
        let data = Box::into_raw(Box::new(Rc::downgrade(shared)));
        let mut hook = null_mut();
        // SAFETY: `data` is freed by `on_environment_end`, or never: an environment that ends by
        // process.exit() calls no hooks.
        unsafe {
            sys::napi_add_async_cleanup_hook(
                self.registration.env,
                Some(on_environment_end),
                data.cast(),
                &raw mut hook,
            );
        }
        self.registration.hook.replace(hook);
    }

    /// Whether the loop watches the driver, or JavaScript turns it without waiting for that.
    pub fn watch(&self, on: bool) {
        if let Some(poll) = &*self.poll.borrow() {
            poll.watch(on);
        }
    }

    pub fn set_referenced(&self, referenced: bool) {
        if let Some(poll) = &*self.poll.borrow() {
            poll.set_referenced(referenced);
        }
    }

    /// No calls from here on. Idempotent.
    pub fn close(&self) {
        if let Some(poll) = self.poll.take() {
            let registration = self.registration.clone();
            poll.close(Box::new(move || registration.give_up()));
        }
    }
}

impl Registration {
    /// libuv has let go: Node may too.
    fn give_up(&self) {
        let hook = self.hook.replace(null_mut());
        // SAFETY: on the environment's thread, once, while it waits for the hook or lives on.
        unsafe {
            sys::napi_delete_reference(self.env, self.ring);
            if !hook.is_null() {
                sys::napi_remove_async_cleanup_hook(hook);
            }
        }
    }
}

unsafe extern "C" fn on_environment_end(
    _hook: sys::napi_async_cleanup_hook_handle,
    data: *mut c_void,
) {
    // SAFETY: the Box that `end_with_environment` made; Node calls this once.
    let shared: Box<Weak<Environment>> = unsafe { Box::from_raw(data.cast()) };
    if let Some(shared) = shared.upgrade() {
        shared.end();
    }
}

/// Calls the function as Node calls its own callbacks. What it throws is an uncaught exception.
fn call(env: sys::napi_env, ring: sys::napi_ref) {
    // SAFETY: libuv calls on the environment's thread, before the reference is given up; every value
    // lives in the scope opened here.
    unsafe {
        let mut scope = null_mut();
        if sys::napi_open_handle_scope(env, &raw mut scope) != sys::Status::napi_ok {
            return;
        }
        let (mut function, mut global, mut result) = (null_mut(), null_mut(), null_mut());
        sys::napi_get_reference_value(env, ring, &raw mut function);
        sys::napi_get_global(env, &raw mut global);
        let status = sys::napi_make_callback(
            env,
            null_mut(),
            global,
            function,
            0,
            std::ptr::null(),
            &raw mut result,
        );
        if status == sys::Status::napi_pending_exception {
            let mut error = null_mut();
            sys::napi_get_and_clear_last_exception(env, &raw mut error);
            sys::napi_fatal_exception(env, error);
        }
        sys::napi_close_handle_scope(env, scope);
    }
}
