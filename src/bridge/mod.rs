//! What JavaScript sees: the only module that names napi.
//!
//! Arguments arrive validated and are plain numbers, strings and buffers (`lib/`). Answers are numbers:
//! a count, 0, or a negative libuv error number ([`fault`](crate::fault)). Every export catches
//! panics: one becomes an exception instead of the end of the process.

mod calls;
mod loop_wake;
mod memory;
mod numbers;
mod reactor;
mod relay_calls;
mod server;
mod streams;
mod udp_batches;
mod udp_socket;

use napi::bindgen_prelude::Either;
use napi_derive::napi;
use socket2::SockAddr;

use crate::sys::{self, DescriptorKind};
use crate::{addr, fault};

/// An address as `socket.address()` answers it, or a negative error number.
type AddressResult = Either<Address, i32>;

#[napi(object)]
pub struct Address {
    pub address: String,
    pub family: String,
    pub port: u32,
}

fn address(result: std::io::Result<SockAddr>) -> AddressResult {
    match result.map(|address| address.as_socket()) {
        Ok(Some(address)) => Either::A(Address {
            address: addr::text(&address),
            family: addr::family(&address).to_owned(),
            port: address.port().into(),
        }),
        Ok(None) => Either::B(0),
        Err(error) => Either::B(fault::code(&error)),
    }
}

/// What kind of thing a descriptor is, in the words of Node's `guessHandleType`.
#[napi(catch_unwind)]
pub fn guess_handle_type(fd: i32) -> &'static str {
    match sys::guess_descriptor(fd) {
        DescriptorKind::Tcp => "TCP",
        DescriptorKind::Udp => "UDP",
        DescriptorKind::Pipe => "PIPE",
        DescriptorKind::File => "FILE",
        DescriptorKind::Tty => "TTY",
        DescriptorKind::Unknown => "UNKNOWN",
    }
}

/// A second descriptor of the same socket, which is the caller's, or a negative error number.
#[napi(catch_unwind)]
pub fn duplicate_descriptor(fd: i32) -> i32 {
    sys::duplicate_descriptor(fd).unwrap_or_else(|error| fault::code(&error))
}

/// What of recvmmsg, UDP_GRO and UDP_SEGMENT the running kernel has and this build uses.
#[napi(catch_unwind)]
pub fn batch_features() -> Vec<&'static str> {
    sys::batch_features()
}

/// The version of the native core; the JavaScript layer refuses one that is not its own.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
