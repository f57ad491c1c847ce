//! Waking JavaScript from Node's own loop: libuv polls the driver's descriptor and calls us on the
//! JavaScript thread, so that an event costs no other thread.
//!
//! The one file of the bridge with `unsafe`: a callback of libuv has no handle scope, and napi-rs has no
//! safe way to open one and call a function as Node calls its own (in a callback scope, with ticks after).
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::{Rc, Weak};

use napi::bindgen_prelude::{Env, Function, JsValue, Object};
use napi::sys;

use super::reactor::Environment;
use crate::panic::contain;
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
    /// What async_hooks shows of us, and the async context of the calls.
    resource: sys::napi_ref,
    context: sys::napi_async_context,
    hook: RefCell<sys::napi_async_cleanup_hook_handle>,
}

impl LoopWake {
    /// `None` where libuv cannot be asked to wait.
    pub fn start(
        env: &Env,
        descriptor: i32,
        ring: &Function<'_, (), ()>,
        resource: &Object<'_>,
    ) -> Option<LoopWake> {
        let event_loop = env.get_uv_event_loop().ok()?.cast::<c_void>();
        let registration = Rc::new(Registration::of(env, ring, resource)?);
        let called = registration.clone();
        // SAFETY: the loop of this environment, on its thread.
        let poll =
            unsafe { LoopPoll::start(event_loop, descriptor, Box::new(move || called.call())) };
        let Some(poll) = poll else {
            registration.give_up();
            return None;
        };
        Some(LoopWake {
            poll: RefCell::new(Some(poll)),
            registration,
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
    fn of(env: &Env, ring: &Function<'_, (), ()>, resource: &Object<'_>) -> Option<Registration> {
        let env = env.raw();
        let name = c"FERRONET";
        let (mut ring_reference, mut resource_reference) = (null_mut(), null_mut());
        let (mut text, mut context) = (null_mut(), null_mut());
        // SAFETY: live values of this environment.
        let made = unsafe {
            [
                sys::napi_create_reference(env, ring.raw(), 1, &raw mut ring_reference),
                sys::napi_create_reference(env, resource.raw(), 1, &raw mut resource_reference),
                sys::napi_create_string_utf8(env, name.as_ptr(), -1, &raw mut text),
                sys::napi_async_init(env, resource.raw(), text, &raw mut context),
            ]
        };
        made.iter()
            .all(|status| *status == sys::Status::napi_ok)
            .then(|| Registration {
                env,
                ring: ring_reference,
                resource: resource_reference,
                context,
                hook: RefCell::new(null_mut()),
            })
    }

    /// libuv has let go: Node may too.
    fn give_up(&self) {
        let hook = self.hook.replace(null_mut());
        // SAFETY: on the environment's thread, once, while it waits for the hook or lives on.
        unsafe {
            sys::napi_async_destroy(self.env, self.context);
            sys::napi_delete_reference(self.env, self.ring);
            sys::napi_delete_reference(self.env, self.resource);
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
    contain(|| {
        if let Some(shared) = shared.upgrade() {
            shared.end();
        }
    });
}

impl Registration {
    /// Calls the function as Node calls its own callbacks: in a callback scope, whose end runs ticks. An
    /// exception is reported before the scope ends, because that empties the stack of async ids that a
    /// throwing tick leaves behind.
    fn call(&self) {
        let env = self.env;
        let (mut handles, mut callback) = (null_mut(), null_mut());
        let (mut resource, mut function) = (null_mut(), null_mut());
        let (mut global, mut result) = (null_mut(), null_mut());
        // SAFETY: libuv calls on the environment's thread, before the registration is given up; every
        // value lives in the scope opened here.
        unsafe {
            if sys::napi_open_handle_scope(env, &raw mut handles) != sys::Status::napi_ok {
                return;
            }
            sys::napi_get_reference_value(env, self.resource, &raw mut resource);
            sys::napi_get_reference_value(env, self.ring, &raw mut function);
            sys::napi_get_global(env, &raw mut global);
            sys::napi_open_callback_scope(env, resource, self.context, &raw mut callback);
            let arguments = std::ptr::null();
            let status =
                sys::napi_call_function(env, global, function, 0, arguments, &raw mut result);
            if status == sys::Status::napi_pending_exception {
                let mut error = null_mut();
                sys::napi_get_and_clear_last_exception(env, &raw mut error);
                sys::napi_fatal_exception(env, error);
            }
            sys::napi_close_callback_scope(env, callback);
            sys::napi_close_handle_scope(env, handles);
        }
    }
}
