//! Windows: sockets registered through Tokio's own types. Built by the public CI matrix; where ferronet is
//! developed it has been run under Wine only (docs/differences.md).
#![allow(unsafe_code)]

use std::io::{self, IoSlice, Read};
use std::mem::ManuallyDrop;
use std::net::{Ipv6Addr, TcpStream as StdStream};
use std::os::windows::io::{AsRawSocket, FromRawSocket};
use std::path::Path;
use std::task::{Context, Poll};

use socket2::Socket;
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::DescriptorKind;

/// A socket registered with the driver of the runtime whose context is entered. Any kind of socket
/// is registered as a `TcpStream`: only its readiness is asked for, and AFD polls all kinds alike.
pub struct Registered {
    /// The socket that `readiness` owns. No duplicate: a reset needs the only handle to be closed.
    socket: ManuallyDrop<Socket>,
    readiness: TcpStream,
}

pub fn register(socket: Socket, _interest: Interest) -> io::Result<Registered> {
    let readiness = TcpStream::from_std(StdStream::from(socket))?;
    // SAFETY: the socket of `readiness`, which lives as long and is the one that closes it.
    let socket = unsafe { Socket::from_raw_socket(readiness.as_raw_socket()) };
    Ok(Registered {
        socket: ManuallyDrop::new(socket),
        readiness,
    })
}

/// Readiness that was seen, with the methods of Tokio's `AsyncFdReadyGuard`.
pub struct Guard<'a> {
    registered: &'a Registered,
    interest: Interest,
}

impl Guard<'_> {
    pub fn get_inner(&self) -> &Socket {
        &self.registered.socket
    }

    /// That the peer has ended is not known beforehand here: a read tells.
    pub fn ready(&self) -> tokio::io::Ready {
        tokio::io::Ready::EMPTY
    }

    /// "Would block" inside `try_io` clears the readiness and arms the poll again.
    pub fn clear_ready(&mut self) {
        let blocked = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
        let _ = self.registered.readiness.try_io(self.interest, blocked);
    }
}

impl Registered {
    pub fn get_ref(&self) -> &Socket {
        &self.socket
    }

    pub fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Guard<'_>>> {
        let ready = self.readiness.poll_read_ready(context);
        ready.map_ok(|()| self.guard(Interest::READABLE))
    }

    pub fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Guard<'_>>> {
        let ready = self.readiness.poll_write_ready(context);
        ready.map_ok(|()| self.guard(Interest::WRITABLE))
    }

    fn guard(&self, interest: Interest) -> Guard<'_> {
        Guard {
            registered: self,
            interest,
        }
    }
}

/// There are no signals to block.
pub fn block_signals() {}

pub fn interface_index(name: &str) -> Option<u32> {
    name.parse().ok()
}

pub fn interface_name(index: u32) -> Option<String> {
    Some(index.to_string())
}

/// The built-in shows none here.
pub fn descriptor(_socket: &Socket) -> i32 {
    -1
}

pub fn duplicate(socket: &Socket) -> io::Result<Socket> {
    socket.try_clone()
}

/// Sockets are no descriptors here.
pub fn take_descriptor(_fd: i32) -> io::Result<Socket> {
    Err(io::ErrorKind::InvalidInput.into())
}

pub fn duplicate_descriptor(_fd: i32) -> io::Result<i32> {
    Err(io::ErrorKind::InvalidInput.into())
}

pub fn guess_descriptor(_fd: i32) -> DescriptorKind {
    DescriptorKind::Unknown
}

/// SO_REUSEADDR would let two programs share a port here; TIME_WAIT is no obstacle without it.
pub fn allow_rebind(_socket: &Socket) -> io::Result<()> {
    Ok(())
}

/// There is no SO_REUSEPORT; libuv says ENOTSUP.
pub fn reuse_port(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// socket2 has no IPV6_TCLASS here; libuv says ENOTSUP.
pub fn set_traffic_class(_socket: &Socket, _value: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub fn traffic_class(_socket: &Socket) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Running out of descriptors is no concern of an accept loop here.
pub struct Spare;

pub fn spare_descriptor() -> io::Result<Spare> {
    Ok(Spare)
}

pub fn read_stream(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    let mut stream = socket;
    stream.read(buffer)
}

pub fn write_stream(socket: &Socket, data: &[u8]) -> io::Result<usize> {
    socket.send(data)
}

pub fn write_vectored(socket: &Socket, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
    socket.send_vectored(pieces)
}

pub fn disconnect(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub fn source_membership_v6(
    _socket: &Socket,
    _source: Ipv6Addr,
    _group: Ipv6Addr,
    _interface: u32,
    _join: bool,
) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub fn unlink_path(path: &Path) {
    // It may have been removed already, which is as good.
    let _ = std::fs::remove_file(path);
}
