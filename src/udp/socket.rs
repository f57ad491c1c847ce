//! A UDP socket: binding, connecting, receiving in batches. Owns its descriptor.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::options;
use crate::reactor::{Reactor, Source};
use crate::sys::{self, Received};

/// What `dgram.createSocket` and `bind` may ask for.
#[derive(Clone, Copy, Debug, Default)]
pub struct BindOptions {
    /// IPV6_V6ONLY (ipv6(7)).
    pub ipv6_only: bool,
    /// SO_REUSEADDR (socket(7)).
    pub reuse_address: bool,
    /// SO_REUSEPORT (socket(7)).
    pub reuse_port: bool,
}

pub struct Udp {
    source: Source,
}

impl Udp {
    /// A bound socket. It is registered for reading only ([`Source::with_interest`]).
    pub fn bind(
        reactor: &Rc<Reactor>,
        address: SocketAddr,
        wanted: BindOptions,
        v6: bool,
    ) -> io::Result<Udp> {
        let domain = if v6 { Domain::IPV6 } else { Domain::IPV4 };
        // As libuv refuses it: IPV6_V6ONLY is nothing that an IPv4 socket has (uv__udp_bind).
        if v6 != address.is_ipv6() || (wanted.ipv6_only && !v6) {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        if wanted.reuse_address {
            socket.set_reuse_address(true)?;
        }
        if wanted.reuse_port {
            sys::reuse_port(&socket)?;
        }
        if wanted.ipv6_only {
            socket.set_only_v6(true)?;
        }
        socket.bind(&address.into())?;
        sys::coalesce(&socket, true);
        Udp::adopt(reactor, socket)
    }

    /// A socket that somebody else made, as it is.
    pub fn adopt(reactor: &Rc<Reactor>, socket: Socket) -> io::Result<Udp> {
        sys::report_errors(&socket);
        let source = Source::with_interest(reactor, socket, sys::DATAGRAM_INTEREST)?;
        source.arm_read();
        Ok(Udp { source })
    }

    /// Receives into the slots of `slab` (each [`sys::SLOT`] bytes); `WouldBlock` means that the
    /// ready list will tell. An error that a peer's ICMP message left on the socket comes out here.
    pub fn receive(&self, slab: &mut [u8], out: &mut Vec<Received>) -> io::Result<()> {
        self.source
            .read_with(|socket| sys::receive(socket, slab, out), |&emptied| emptied)?;
        Ok(())
    }

    pub fn connect(&self, address: SocketAddr) -> io::Result<()> {
        self.source.socket().connect(&address.into())
    }

    /// Dissolves the association: connect(2) to AF_UNSPEC.
    pub fn disconnect(&self) -> io::Result<()> {
        sys::disconnect(self.source.socket())
    }

    pub fn local_address(&self) -> io::Result<SockAddr> {
        self.source.socket().local_addr()
    }

    pub fn is_v6(&self) -> bool {
        options::is_v6(self.source.socket()).unwrap_or(false)
    }

    /// From here on every datagram comes by itself: somebody else reads from the descriptor as well.
    pub fn stop_coalescing(&self) {
        sys::coalesce(self.socket(), false);
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    pub fn socket(&self) -> &Socket {
        self.source.socket()
    }
}
