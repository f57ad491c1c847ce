//! TCP, and the byte streams and listeners that unix sockets and named pipes share with it.

mod listener;
mod nagle;
mod stream;

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

pub use listener::{Accepted, Listener};
pub use stream::Stream;

use crate::sys;

/// How an address is taken: what `listen` and `BoundSocket` may ask for.
#[derive(Clone, Copy, Debug, Default)]
pub struct BindOptions {
    /// IPV6_V6ONLY (ipv6(7)); off means a dual-stack socket.
    pub ipv6_only: bool,
    /// SO_REUSEPORT (socket(7)).
    pub reuse_port: bool,
}

/// A socket bound to an address, not yet listening or connected.
pub fn bind(address: SocketAddr, options: BindOptions) -> io::Result<Socket> {
    let socket = open(address)?;
    sys::allow_rebind(&socket)?;
    if options.reuse_port {
        sys::reuse_port(&socket)?;
    }
    if address.is_ipv6() {
        socket.set_only_v6(options.ipv6_only)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

/// A socket for connecting to an address of this family.
pub fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// connect(2) that does not wait; "in progress" is success, the outcome comes with writability.
pub fn start_connect(socket: &Socket, address: &SockAddr) -> io::Result<()> {
    match sys::retry(|| socket.connect(address)) {
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock && address.is_ipv4() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock && address.is_ipv6() => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 0))
    }

    #[test]
    fn an_address_in_use_is_told_apart_from_one_that_is_shared() -> io::Result<()> {
        let first = bind(local(), BindOptions::default())?;
        first.listen(1)?;
        let taken = first.local_addr()?.as_socket().unwrap_or(local());
        let error = bind(taken, BindOptions::default()).err();
        assert_eq!(error.map(|e| e.kind()), Some(io::ErrorKind::AddrInUse));
        let shared = BindOptions {
            reuse_port: true,
            ..BindOptions::default()
        };
        let one = bind(local(), shared)?;
        let address = one.local_addr()?.as_socket().unwrap_or(local());
        assert!(bind(address, shared).is_ok());
        Ok(())
    }
}
