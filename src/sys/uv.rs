//! Waiting in Node's own loop, on Linux: libuv polls a descriptor for us.
//!
//! No libuv symbol is linked, so the core loads where there is none (Deno) or only a stub (Bun, which
//! JavaScript tells apart): they are looked up in the running process.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_void};
use std::fs;
use std::io;
use std::mem::transmute_copy;
use std::os::fd::RawFd;
use std::sync::OnceLock;

use socket2::{Domain, Socket, Type};

use crate::panic::contain;

/// UV_POLL of `uv_handle_type` and UV_READABLE of `uv_poll_event` (include/uv.h).
const POLL: c_int = 8;
const READABLE: c_int = 1;

type Handle = *mut c_void;

struct Api {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    set_data: unsafe extern "C" fn(Handle, *mut c_void),
    get_data: unsafe extern "C" fn(Handle) -> *mut c_void,
    poll_init: unsafe extern "C" fn(*mut c_void, Handle, c_int) -> c_int,
    poll_start:
        unsafe extern "C" fn(Handle, c_int, unsafe extern "C" fn(Handle, c_int, c_int)) -> c_int,
    poll_stop: unsafe extern "C" fn(Handle) -> c_int,
    close: unsafe extern "C" fn(Handle, unsafe extern "C" fn(Handle)),
    reference: unsafe extern "C" fn(Handle),
    unreference: unsafe extern "C" fn(Handle),
}

fn api() -> Option<&'static Api> {
    static API: OnceLock<Option<Api>> = OnceLock::new();
    API.get_or_init(load).as_ref()
}

fn load() -> Option<Api> {
    // SAFETY: libuv's stable ABI (version 1) gives these symbols these types (include/uv.h).
    unsafe {
        Some(Api {
            handle_size: symbol(c"uv_handle_size")?,
            set_data: symbol(c"uv_handle_set_data")?,
            get_data: symbol(c"uv_handle_get_data")?,
            poll_init: symbol(c"uv_poll_init")?,
            poll_start: symbol(c"uv_poll_start")?,
            poll_stop: symbol(c"uv_poll_stop")?,
            close: symbol(c"uv_close")?,
            reference: symbol(c"uv_ref")?,
            unreference: symbol(c"uv_unref")?,
        })
    }
}

/// A function of the process by its name.
///
/// # Safety
///
/// `F` is the type of a function pointer, and that of the function.
unsafe fn symbol<F>(name: &CStr) -> Option<F> {
    // SAFETY: a NUL-terminated name; the result is checked.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    // SAFETY: what the caller promises; both are one pointer wide.
    (!found.is_null()).then(|| unsafe { transmute_copy(&found) })
}

struct Callbacks {
    ready: Box<dyn Fn()>,
    closed: Option<Box<dyn FnOnce()>>,
}

/// A uv_poll_t on a descriptor. Owned by the loop's thread; it must be closed there with
/// [`close`](Self::close), and its memory lives until libuv has called back.
pub struct LoopPoll {
    api: &'static Api,
    handle: Handle,
    watching: Cell<bool>,
}

impl LoopPoll {
    /// Calls `ready` from the loop whenever the descriptor is readable. Does not keep the loop alive.
    ///
    /// # Safety
    ///
    /// `event_loop` is what napi_get_uv_event_loop gave for the calling thread.
    pub unsafe fn start(
        event_loop: *mut c_void,
        fd: RawFd,
        ready: Box<dyn Fn()>,
    ) -> Option<LoopPoll> {
        let api = api()?;
        // SAFETY: the memory has the size that libuv asks for and the alignment of malloc, and stays
        // until on_closed; all calls are made on the loop's thread.
        unsafe {
            let handle = libc::calloc(1, (api.handle_size)(POLL));
            if handle.is_null() {
                return None;
            }
            if (api.poll_init)(event_loop, handle, fd) != 0 {
                libc::free(handle);
                return None;
            }
            let callbacks = Callbacks {
                ready,
                closed: None,
            };
            (api.set_data)(handle, Box::into_raw(Box::new(callbacks)).cast());
            (api.unreference)(handle);
            let watching = Cell::new(false);
            let poll = LoopPoll {
                api,
                handle,
                watching,
            };
            poll.watch(true);
            Some(poll)
        }
    }

    /// Watches the descriptor, or leaves it alone while somebody else looks after it.
    pub fn watch(&self, on: bool) {
        if self.watching.replace(on) == on {
            return;
        }
        // SAFETY: the handle is initialized and not closed. Starting fails only where the loop is at
        // its end (include/uv.h), when nothing is to be told any more.
        unsafe {
            if on {
                (self.api.poll_start)(self.handle, READABLE, on_ready);
            } else {
                (self.api.poll_stop)(self.handle);
            }
        }
    }

    pub fn set_referenced(&self, referenced: bool) {
        // SAFETY: the handle is initialized and not closed.
        unsafe {
            if referenced {
                (self.api.reference)(self.handle);
            } else {
                (self.api.unreference)(self.handle);
            }
        }
    }

    /// Stops at once; `closed` is called from the loop when libuv has let go of the handle.
    pub fn close(self, closed: Box<dyn FnOnce()>) {
        // SAFETY: the handle is initialized and closed only here, as `self` is consumed.
        unsafe {
            (self.api.poll_stop)(self.handle);
            let callbacks: *mut Callbacks = (self.api.get_data)(self.handle).cast();
            (*callbacks).closed = Some(closed);
            (self.api.close)(self.handle, on_closed);
        }
    }
}

unsafe extern "C" fn on_ready(handle: Handle, _status: c_int, _events: c_int) {
    if let Some(api) = api() {
        // SAFETY: the data is the Callbacks that `start` set, which on_closed alone frees.
        let callbacks: *const Callbacks = unsafe { (api.get_data)(handle) }.cast();
        // SAFETY: as above; the callback may close the handle, which frees nothing before on_closed.
        contain(|| unsafe { ((*callbacks).ready)() });
    }
}

unsafe extern "C" fn on_closed(handle: Handle) {
    if let Some(api) = api() {
        // SAFETY: libuv calls this once and does not touch the handle afterwards.
        let mut callbacks = unsafe {
            let callbacks: *mut Callbacks = (api.get_data)(handle).cast();
            libc::free(handle);
            Box::from_raw(callbacks)
        };
        contain(|| {
            if let Some(closed) = callbacks.closed.take() {
                closed();
            }
            drop(callbacks);
        });
    }
}

/// Two connected sockets, of which one can be registered to see who watches it.
pub fn probe() -> io::Result<(Socket, Socket)> {
    Socket::pair(Domain::UNIX, Type::STREAM, None)
}

/// The epoll descriptor that watches `fd`: the one whose /proc entry names it as a target (proc(5),
/// /proc/pid/fdinfo).
pub fn epoll_that_watches(fd: RawFd) -> Option<RawFd> {
    let names_target = |info: String| {
        info.lines()
            .filter_map(|line| line.strip_prefix("tfd:"))
            .filter_map(|rest| rest.split_whitespace().next())
            .any(|target| target.parse() == Ok(fd))
    };
    fs::read_dir("/proc/self/fdinfo")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<RawFd>().ok())
        .find(|epoll| {
            fs::read_to_string(format!("/proc/self/fdinfo/{epoll}")).is_ok_and(names_target)
        })
}
