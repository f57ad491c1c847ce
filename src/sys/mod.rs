//! Everything that depends on the platform: the only module with `unsafe`, libc calls and
//! `cfg(target_os)`.
//!
//! - `unix.rs` and `windows.rs`: descriptors, signals, interface names, error numbers.
//! - `windows_errors.rs`, `named_pipe.rs`, `named_pipe_listener.rs`: Windows' errors in libuv's numbers,
//!   its pipes; `no_named_pipe.rs` elsewhere.
//! - `linux.rs`: batches of datagrams by `recvmmsg`/`sendmmsg`, UDP_GRO and UDP_SEGMENT, `accept4`.
//! - `splice.rs`: bytes from one socket to another by `splice`; `copy.rs` through memory elsewhere.
//! - `uv.rs`: Node's own loop waits for the driver; `no_uv.rs` where it cannot.
//! - `portable.rs`: the same functions by plain calls, for every other system (and, for testing, on
//!   Linux with the cargo feature `portable`).

use std::io;
use std::net::SocketAddr;
use std::task::Waker;

use tokio::runtime::Handle;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::{
    Registered, Spare, allow_rebind, block_signals, descriptor, disconnect, duplicate,
    duplicate_descriptor, errno, guess_descriptor, interface_index, interface_name, read_stream,
    register, reuse_port, set_traffic_class, source_membership_v6, spare_descriptor,
    take_descriptor, traffic_class, unlink_path, uv_errno, write_stream, write_vectored,
};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::{
    Registered, Spare, allow_rebind, block_signals, descriptor, disconnect, duplicate,
    duplicate_descriptor, guess_descriptor, interface_index, interface_name, read_stream, register,
    reuse_port, set_traffic_class, source_membership_v6, spare_descriptor, take_descriptor,
    traffic_class, unlink_path, write_stream, write_vectored,
};

#[cfg(windows)]
#[path = "windows_errors.rs"]
pub mod errno;
#[cfg(windows)]
pub use errno::uv_errno;

#[cfg(windows)]
mod named_pipe;
#[cfg(windows)]
pub use named_pipe::{NAMED_PIPES, NamedPipe, PipeEnd};
#[cfg(windows)]
mod named_pipe_listener;
#[cfg(windows)]
pub use named_pipe_listener::NamedPipeListener;

#[cfg(not(windows))]
mod no_named_pipe;
#[cfg(not(windows))]
pub use no_named_pipe::{NAMED_PIPES, NamedPipe, NamedPipeListener, PipeEnd};

#[cfg(all(target_os = "linux", not(feature = "portable")))]
mod linux;
#[cfg(all(target_os = "linux", not(feature = "portable")))]
pub use linux::{
    MAX_SEGMENTS, SLOTS, accept, batch_features, coalesce, receive, segment_size, send,
};

#[cfg(any(not(target_os = "linux"), feature = "portable"))]
mod portable;
#[cfg(any(not(target_os = "linux"), feature = "portable"))]
pub use portable::{MAX_SEGMENTS, SLOTS, accept, batch_features, coalesce, receive, send};

#[cfg(all(target_os = "linux", not(feature = "portable")))]
mod splice;
#[cfg(all(target_os = "linux", not(feature = "portable")))]
pub use splice::RelayBuffer;

#[cfg(any(not(target_os = "linux"), feature = "portable"))]
mod copy;
#[cfg(any(not(target_os = "linux"), feature = "portable"))]
pub use copy::RelayBuffer;

mod refusal;
pub use refusal::{DATAGRAM_INTEREST, report_errors};

#[cfg(target_os = "linux")]
mod uv;
#[cfg(target_os = "linux")]
pub use uv::{LoopPoll, epoll_that_watches, probe};

#[cfg(not(target_os = "linux"))]
mod no_uv;
#[cfg(not(target_os = "linux"))]
pub use no_uv::{LoopPoll, epoll_that_watches, probe};

/// Room for the largest UDP datagram (65,535 bytes of IPv4 or IPv6 payload length) or one coalesced
/// run of them, so that nothing is ever cut.
pub const SLOT: usize = 65_536;

/// What a relay buffer takes at once, at most, in bytes: the size of a pipe that any user may have
/// (pipe(7), pipe-max-size).
pub const RELAY_CAPACITY: usize = 1_048_576;

/// What a handle that is no socket needs of the reactor: where to register, and what to call when it is
/// ready.
#[derive(Clone)]
pub struct Events {
    pub runtime: Handle,
    pub read: Waker,
    pub write: Waker,
}

/// What a descriptor is, in the words of Node's `guessHandleType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescriptorKind {
    Tcp,
    Udp,
    Pipe,
    File,
    Tty,
    Unknown,
}

/// One received message: a datagram, or (`segment < length`) a run of datagrams of `segment` bytes
/// from one sender, the last one possibly shorter.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    pub offset: usize,
    pub length: usize,
    pub segment: usize,
    pub from: SocketAddr,
}

/// One message to send, or a run of them of `segment` bytes to one address.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    pub data: &'a [u8],
    pub segment: usize,
    /// `None` on a connected socket.
    pub to: Option<SocketAddr>,
}

impl Outgoing<'_> {
    pub fn is_run(&self) -> bool {
        self.segment < self.data.len()
    }
}

/// Repeats a system call that a signal interrupted (EINTR, signal(7)).
pub fn retry<R>(mut call: impl FnMut() -> io::Result<R>) -> io::Result<R> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
