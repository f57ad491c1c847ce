//! The calls of a relay ([`relay`](crate::relay)): by the number of a buffer and the index of a stream.

use std::rc::Rc;

use napi::bindgen_prelude::{BufferSlice, Env, Object, Result};

use super::calls::{add, with_stream};
use super::reactor::Environment;
use crate::fault;

pub fn add_relay(env: &Env, calls: &mut Object<'static>, shared: &Rc<Environment>) -> Result<()> {
    add(env, calls, "relayFill", shared, |shared, arguments| {
        let number: u32 = arguments.get(0)?;
        Ok(with_stream(shared, arguments.get(1)?, |stream| {
            fault::count(shared.relays.borrow_mut().fill(number as usize, stream))
        }))
    })?;
    add(env, calls, "relayDrain", shared, |shared, arguments| {
        let number: u32 = arguments.get(0)?;
        Ok(with_stream(shared, arguments.get(1)?, |stream| {
            fault::count(shared.relays.borrow_mut().drain(number as usize, stream))
        }))
    })?;
    add(env, calls, "relayCopy", shared, |shared, arguments| {
        let number: u32 = arguments.get(0)?;
        let mut memory: BufferSlice<'_> = arguments.get(1)?;
        let mut relays = shared.relays.borrow_mut();
        Ok(fault::count(relays.copy(number as usize, &mut memory)))
    })?;
    add(env, calls, "relayClose", shared, |shared, arguments| {
        let number: u32 = arguments.get(0)?;
        shared.relays.borrow_mut().close(number as usize);
        Ok(0)
    })
}
