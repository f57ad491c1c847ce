//! A UDP socket: binding, connecting, receiving in batches. Owns its descriptor.

use std::cell::Cell;
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

/// More than the few that come together under a light load: that not all room was needed tells that no more wait, and
/// saves the call that would.
const LEAST_ROOM: usize = 4;

pub struct Udp {
    source: Source,
    /// Whether somebody else reads from the same socket.
    shared: Cell<bool>,
    /// Messages that a receive makes room for.
    room: Cell<usize>,
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
            return Err(io::ErrorKind::InvalidInput.into());
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
        Udp::open(reactor, socket, false)
    }

    /// A socket that somebody else made, and may go on reading from (another worker of a cluster).
    pub fn adopt(reactor: &Rc<Reactor>, socket: Socket) -> io::Result<Udp> {
        sys::coalesce(&socket, false);
        Udp::open(reactor, socket, true)
    }

    fn open(reactor: &Rc<Reactor>, socket: Socket, shared: bool) -> io::Result<Udp> {
        sys::report_errors(&socket);
        let source = Source::with_interest(reactor, socket, sys::DATAGRAM_INTEREST)?;
        source.arm_read();
        Ok(Udp {
            source,
            shared: Cell::new(shared),
            room: Cell::new(LEAST_ROOM),
        })
    }

    /// Receives into the slots of `slab` (each [`sys::SLOT`] bytes); `WouldBlock` means that the
    /// ready list will tell. An error that a peer's ICMP message left on the socket comes out here.
    ///
    /// There is room for twice as many messages as came last, so that a lone datagram does not pay for a batch. From a
    /// shared socket comes only one: what a program that closes it leaves unread is somebody else's.
    pub fn receive(&self, slab: &mut [u8], out: &mut Vec<Received>) -> io::Result<()> {
        let room = if self.shared.get() {
            1
        } else {
            self.room.get()
        };
        let length = slab.len().min(room * sys::SLOT);
        let slab = slab.get_mut(..length).unwrap_or_default();
        self.source
            .read_with(|socket| sys::receive(socket, slab, out), |&emptied| emptied)?;
        self.room.set((2 * out.len()).clamp(LEAST_ROOM, sys::SLOTS));
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

    /// From here on somebody else may read from the descriptor as well, so every datagram comes by itself.
    pub fn share(&self) {
        if !self.shared.replace(true) {
            sys::coalesce(self.socket(), false);
        }
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    pub fn socket(&self) -> &Socket {
        self.source.socket()
    }
}
