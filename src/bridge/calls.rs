//! The calls that are made for every event, as plain functions that take a handle's index.
//!
//! A `#[napi]` method takes out a borrow of its object in a table of the process, under a lock, at every
//! call (napi 3.16, `native_borrow`): about 350 ns. A function made from a closure is about 40 ns. So what
//! is called per event, or for every connection, is such a function.

use std::rc::Rc;

use napi::bindgen_prelude::{BufferSlice, Env, FunctionCallContext, JsObjectValue, Object, Result};

use super::reactor::Environment;
use super::relay_calls::add_relay;
use super::streams::add_streams;
use crate::fault;
use crate::panic::caught;
use crate::reactor::Drained;
use crate::tcp::Stream;

/// What made the turn that begins.
const BY_BELL: u32 = 2;
/// Collecting again within a turn.
const AGAIN: u32 = 0;

/// An object with a function per call. Each answers a number; a panic in one is EIO for its handle.
pub fn make(env: &Env, shared: &Rc<Environment>) -> Result<Object<'static>> {
    let mut calls = Object::new(env)?;
    add(env, &mut calls, "collect", shared, |shared, arguments| {
        Ok(collect(shared, arguments.get(0)?))
    })?;
    add(env, &mut calls, "rest", shared, |shared, arguments| {
        let drained = Drained {
            ids: arguments.get(0)?,
            events: arguments.get(1)?,
            collects: arguments.get(2)?,
        };
        Ok(shared.rest(&drained).into())
    })?;
    add(env, &mut calls, "needsTurn", shared, |shared, _| {
        Ok(shared.core.needs_turn().into())
    })?;
    add(env, &mut calls, "armRead", shared, |shared, arguments| {
        Ok(with_stream(shared, arguments.get(0)?, |stream| {
            stream.arm_read();
            0
        }))
    })?;
    add(env, &mut calls, "read", shared, |shared, arguments| {
        Ok(with_stream(shared, arguments.get(0)?, |stream| {
            fault::count(stream.read(shared.stream.bytes().get_mut()))
        }))
    })?;
    add(env, &mut calls, "readInto", shared, |shared, arguments| {
        let mut buffer: BufferSlice<'_> = arguments.get(1)?;
        Ok(with_stream(shared, arguments.get(0)?, |stream| {
            fault::count(stream.read(&mut buffer))
        }))
    })?;
    add(env, &mut calls, "write", shared, |shared, arguments| {
        let data: BufferSlice<'_> = arguments.get(1)?;
        let offset: u32 = arguments.get(2)?;
        // A buffer that was detached meanwhile is shorter than JavaScript thinks.
        let rest = data.get(offset as usize..).unwrap_or_default();
        Ok(with_stream(shared, arguments.get(0)?, |stream| {
            fault::count(stream.write(rest))
        }))
    })?;
    // Writes the beginning of the block for small writes.
    add(
        env,
        &mut calls,
        "writeSmall",
        shared,
        |shared, arguments| {
            let block = shared.small.bytes();
            let data = block.get().get(..arguments.get::<u32>(1)? as usize);
            Ok(with_stream(shared, arguments.get(0)?, |stream| {
                fault::count(stream.write(data.unwrap_or_default()))
            }))
        },
    )?;
    add_relay(env, &mut calls, shared)?;
    add_streams(env, &mut calls, shared)?;
    Ok(calls)
}

/// Adds a function that answers a number; a panic in it is EIO.
pub fn add<T: 'static>(
    env: &Env,
    calls: &mut Object<'static>,
    name: &str,
    shared: &Rc<T>,
    call: impl Fn(&T, &FunctionCallContext<'_>) -> Result<i32> + 'static,
) -> Result<()> {
    let shared = shared.clone();
    let function = env.create_function_from_closure::<(), i32, _>(name, move |arguments| {
        caught(|| call(&shared, &arguments)).unwrap_or(Ok(fault::FAILED))
    })?;
    calls.set_named_property(name, function)
}

/// Puts ready handles into the `ready` block and says how many. A negative number says that none will ever become
/// ready again: a panic, here or in the follower, has taken the driver along.
fn collect(shared: &Environment, made: u32) -> i32 {
    if shared.core.is_broken() {
        return fault::FAILED;
    }
    if made == BY_BELL {
        shared.core.bell_rang();
    }
    if made != AGAIN {
        shared.core.drive();
    }
    let mut ready = shared.ready.bytes();
    let limit = ready.capacity();
    let mut count = 0;
    shared.core.collect(limit, |key, readiness| {
        ready.put(count, (key.index * 4 + readiness as u32) as i32);
        count += 1;
    });
    count as i32
}

/// What the open stream of that index answers.
pub fn with_stream(shared: &Environment, index: u32, act: impl FnOnce(&Stream) -> i32) -> i32 {
    shared.streams.with_open(index, act)
}
