//! The calls that are made for every event, as plain functions that take a handle's index.
//!
//! A `#[napi]` method takes out a borrow of its object in a table of the process, under a lock, at every
//! call (napi 3.16, `native_borrow`): about 350 ns. A function made from a closure is about 40 ns. So what
//! is called per event, or for every connection, is such a function; where its arguments are numbers it is one
//! of [`numbers`], which costs half of that again.

use std::io::IoSlice;
use std::rc::Rc;

use napi::bindgen_prelude::{
    Array, BufferSlice, Env, FunctionCallContext, JsObjectValue, Object, Result,
};

use super::numbers;
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

/// Pieces of one write; systems differ in how many they take (IOV_MAX, writev(2)).
const MAX_PIECES: u32 = 256;

/// An object with a function per call. Each answers a number; a panic in one is EIO for its handle.
pub fn make(env: &Env, shared: &Rc<Environment>) -> Result<Object<'static>> {
    let mut calls = Object::new(env)?;
    add_turns(env, &mut calls, shared)?;
    add_transfers(env, &mut calls, shared)?;
    add_relay(env, &mut calls, shared)?;
    add_streams(env, &mut calls, shared)?;
    Ok(calls)
}

fn add_turns(env: &Env, calls: &mut Object<'static>, shared: &Rc<Environment>) -> Result<()> {
    numbers::add(env, calls, "collect", shared, |shared, [made]| {
        collect(shared, made)
    })?;
    numbers::add(
        env,
        calls,
        "rest",
        shared,
        |shared, [ids, events, collects]| {
            let drained = Drained {
                ids,
                events,
                collects,
            };
            shared.rest(&drained).into()
        },
    )?;
    numbers::add(env, calls, "needsTurn", shared, |shared, []| {
        shared.core.needs_turn().into()
    })
}

fn add_transfers(env: &Env, calls: &mut Object<'static>, shared: &Rc<Environment>) -> Result<()> {
    numbers::add(env, calls, "armRead", shared, |shared, [index]| {
        with_stream(shared, index, |stream| {
            stream.arm_read();
            0
        })
    })?;
    numbers::add(env, calls, "read", shared, |shared, [index]| {
        with_stream(shared, index, |stream| {
            fault::count(stream.read(shared.stream.bytes().get_mut()))
        })
    })?;
    add(env, calls, "readInto", shared, |shared, arguments| {
        let mut buffer: BufferSlice<'_> = arguments.get(1)?;
        Ok(with_stream(shared, arguments.get(0)?, |stream| {
            fault::count(stream.read(&mut buffer))
        }))
    })?;
    add(env, calls, "write", shared, |shared, arguments| {
        let data: BufferSlice<'_> = arguments.get(1)?;
        let offset: u32 = arguments.get(2)?;
        // A buffer that was detached meanwhile is shorter than JavaScript thinks.
        let rest = data.get(offset as usize..).unwrap_or_default();
        Ok(with_stream(shared, arguments.get(0)?, |stream| {
            fault::count(stream.write(rest))
        }))
    })?;
    // Writes Buffers of an array: from which one on, and from where in that.
    add(env, calls, "writeVector", shared, |shared, arguments| {
        let buffers = take_buffers(&arguments.get(1)?, arguments.get(2)?)?;
        let mut pieces: Vec<_> = buffers.iter().map(|buffer| IoSlice::new(buffer)).collect();
        let offset: u32 = arguments.get(3)?;
        if let (Some(piece), Some(buffer)) = (pieces.first_mut(), buffers.first()) {
            *piece = IoSlice::new(buffer.get(offset as usize..).unwrap_or_default());
        }
        Ok(with_stream(shared, arguments.get(0)?, |stream| {
            fault::count(stream.write_vectored(&pieces))
        }))
    })?;
    // Writes the beginning of the block for small writes.
    numbers::add(
        env,
        calls,
        "writeSmall",
        shared,
        |shared, [index, length]| {
            let block = shared.small.bytes();
            let data = block.get().get(..length as usize).unwrap_or_default();
            with_stream(shared, index, |stream| fault::count(stream.write(data)))
        },
    )
}

/// Buffers of an array, from `first` on, as many as one write may take.
fn take_buffers<'a>(array: &Array<'a>, first: u32) -> Result<Vec<BufferSlice<'a>>> {
    let end = array.len().min(first.saturating_add(MAX_PIECES));
    let buffers = (first..end).map(|position| array.get(position));
    buffers.filter_map(Result::transpose).collect()
}

/// Adds a function of any arguments that answers a number; a panic in it is EIO.
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
