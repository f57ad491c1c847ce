//! The calls of a relay ([`relay`](crate::relay)): by the number of a buffer and the index of a stream.

use std::rc::Rc;

use napi::bindgen_prelude::{BufferSlice, Env, Object, Result};

use super::calls::{add, with_stream};
use super::numbers;
use super::reactor::Environment;
use crate::fault;

pub fn add_relay(env: &Env, calls: &mut Object<'static>, shared: &Rc<Environment>) -> Result<()> {
    numbers::add(
        env,
        calls,
        "relayFill",
        shared,
        |shared, [number, index]| {
            with_stream(shared, index, |stream| {
                fault::count(shared.relays.borrow_mut().fill(number as usize, stream))
            })
        },
    )?;
    numbers::add(
        env,
        calls,
        "relayDrain",
        shared,
        |shared, [number, index]| {
            with_stream(shared, index, |stream| {
                fault::count(shared.relays.borrow_mut().drain(number as usize, stream))
            })
        },
    )?;
    add(env, calls, "relayCopy", shared, |shared, arguments| {
        let number: u32 = arguments.get(0)?;
        let mut memory: BufferSlice<'_> = arguments.get(1)?;
        let mut relays = shared.relays.borrow_mut();
        Ok(fault::count(relays.copy(number as usize, &mut memory)))
    })?;
    numbers::add(env, calls, "relayClose", shared, |shared, [number]| {
        shared.relays.borrow_mut().close(number as usize);
        0
    })
}
