//! ferronet's native core: descriptors, socket options, readiness, reading, writing and batching.
//!
//! The map, from the kernel up:
//!
//! - [`sys`] is the only module with `unsafe`, libc and `cfg(target_os)`: what the kernel can do, a
//!   file per platform.
//! - [`addr`], [`options`] and [`fault`] turn socket addresses, options and errors into the values
//!   that cross to JavaScript.
//! - [`reactor`] says *when*: a Tokio driver that either a follower thread or the JavaScript thread
//!   turns, and the list of handles that became ready. It knows no protocol.
//! - [`tcp`], [`pipe`] and [`udp`] say *what*: each owns its descriptor and does its I/O on the
//!   JavaScript thread, straight between the kernel and memory that JavaScript sees.
//! - [`relay`] moves bytes from one stream to another, in the kernel where that is possible.
//! - [`bridge`] is the only module that names napi: the classes JavaScript holds.
//!
//! Ownership: a bridge object owns a `tcp`, `pipe` or `udp` handle, that owns a
//! [`reactor::Source`], that owns the descriptor. Closing drops the source; nothing else closes it.

pub mod addr;
pub mod bridge;
pub mod fault;
pub mod options;
mod panic;
pub mod pipe;
pub mod reactor;
pub mod relay;
mod sync;
pub mod sys;
pub mod tcp;
pub mod udp;
pub mod words;
