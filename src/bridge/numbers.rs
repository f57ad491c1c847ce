//! Functions that take numbers and answer one: what is called for every event.
//!
//! napi-rs makes functions of closures too (`create_function_from_closure`). Each call of one collects its arguments in
//! a list on the heap and converts them through its traits, which is half of the 620 instructions that it
//! takes (`npm run bench:instructions`, echo with 50 connections). Here the arguments stay on the stack; napi-rs has no
//! safe way to that.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::Rc;

use napi::bindgen_prelude::{Env, JsValue, Object, Result};
use napi::{Status, sys};

use crate::fault;
use crate::panic::{caught, contain};

/// Adds a function of `N` numbers; what is no number is 0. A panic in it is EIO.
pub fn add<T: 'static, const N: usize>(
    env: &Env,
    calls: &mut Object<'static>,
    name: &str,
    shared: &Rc<T>,
    call: impl Fn(&T, [u32; N]) -> i32 + 'static,
) -> Result<()> {
    let shared = shared.clone();
    add_state(env, calls, name, move |numbers| call(&shared, numbers))
}

fn add_state<const N: usize, F>(
    env: &Env,
    calls: &mut Object<'static>,
    name: &str,
    call: F,
) -> Result<()>
where
    F: Fn([u32; N]) -> i32 + 'static,
{
    let state = Box::into_raw(Box::new(call)).cast::<c_void>();
    let mut function = null_mut();
    // SAFETY: `state` is a Box of the F that `invoke` and `finalize` take it for. The function holds it until the garbage
    // collector finalizes it; should either call fail it is never freed.
    unsafe {
        check(sys::napi_create_function(
            env.raw(),
            name.as_ptr().cast(),
            name.len() as isize,
            Some(invoke::<N, F>),
            state,
            &raw mut function,
        ))?;
        check(sys::napi_add_finalizer(
            env.raw(),
            function,
            state,
            Some(finalize::<F>),
            null_mut(),
            null_mut(),
        ))?;
        let key = env.create_string(name)?;
        check(sys::napi_set_property(
            env.raw(),
            calls.raw(),
            key.raw(),
            function,
        ))
    }
}

fn check(status: sys::napi_status) -> Result<()> {
    match Status::from(status) {
        Status::Ok => Ok(()),
        status => Err(napi::Error::from_status(status)),
    }
}

unsafe extern "C" fn invoke<const N: usize, F>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value
where
    F: Fn([u32; N]) -> i32 + 'static,
{
    let mut count = N;
    let mut values = [null_mut(); N];
    let mut state = null_mut();
    let mut answer = null_mut();
    // SAFETY: Node calls this with an open scope; it fills the array up to its length. `state` is that of `add_state`,
    // which lives as long as the function that is being called.
    unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            values.as_mut_ptr(),
            null_mut(),
            &raw mut state,
        );
        let numbers = values.map(|value| {
            let mut number = 0;
            sys::napi_get_value_uint32(env, value, &raw mut number);
            number
        });
        let call = &*state.cast::<F>();
        let result = caught(|| call(numbers)).unwrap_or(fault::FAILED);
        sys::napi_create_int32(env, result, &raw mut answer);
    }
    answer
}

unsafe extern "C" fn finalize<F>(_env: sys::napi_env, state: *mut c_void, _hint: *mut c_void) {
    // SAFETY: of `add_state`; finalizers run once.
    contain(|| drop(unsafe { Box::from_raw(state.cast::<F>()) }));
}
