//! Whether the last, short segment of a write waits until what was sent before is acknowledged (Nagle's
//! algorithm, RFC 896), for sockets whose program has not said (TCP_NODELAY, tcp(7)).
//!
//! It waits as ever after small writes, which is what the algorithm is for. Between large writes there is
//! little to save: one segment of dozens. But the receiver's acknowledgment then finds the sender in its
//! next write, and sends the short segment itself, to be woken by it a second time.

use std::cell::Cell;

use socket2::Socket;

/// A write of at least so many bytes is large: half a segment of the loopback interface (smaller ones
/// gain by sharing segments there), more than twenty of Ethernet.
const LARGE: usize = 32 * 1024;

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// As the kernel has it; the last write was small.
    AfterSmall,
    /// As the kernel has it; the last write was large.
    AfterLarge,
    /// Switched off, while large writes follow each other.
    Off,
    /// Not ours to choose: the program has said, or this is no TCP socket.
    Settled,
}

pub struct Nagle(Cell<State>);

impl Nagle {
    pub fn new() -> Nagle {
        Nagle(Cell::new(State::AfterSmall))
    }

    /// From here on it is as the program has said.
    pub fn settle(&self) {
        self.0.set(State::Settled);
    }

    /// So many bytes are about to be written.
    pub fn before_write(&self, socket: &Socket, length: usize) {
        self.0.set(match (self.0.get(), length >= LARGE) {
            (State::AfterSmall, true) => State::AfterLarge,
            (State::AfterLarge, false) => State::AfterSmall,
            (State::AfterLarge, true) => switch_off(socket),
            (State::Off, false) => switch_on(socket),
            (state, _) => state,
        });
    }
}

fn switch_off(socket: &Socket) -> State {
    match socket.tcp_nodelay() {
        Ok(false) if socket.set_tcp_nodelay(true).is_ok() => State::Off,
        // Another owner of the descriptor has said, or it is no TCP socket.
        _ => State::Settled,
    }
}

fn switch_on(socket: &Socket) -> State {
    match socket.set_tcp_nodelay(false) {
        Ok(()) => State::AfterSmall,
        Err(_) => State::Settled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Type};
    use std::io;

    const SMALL: usize = 100;

    /// What TCP_NODELAY is after writes of these sizes.
    fn after(nagle: &Nagle, socket: &Socket, sizes: &[usize]) -> bool {
        for &size in sizes {
            nagle.before_write(socket, size);
        }
        socket.tcp_nodelay().unwrap_or_default()
    }

    fn tcp() -> io::Result<(Nagle, Socket)> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        Ok((Nagle::new(), socket))
    }

    #[test]
    fn it_is_off_while_large_writes_follow_each_other() -> io::Result<()> {
        let (nagle, socket) = tcp()?;
        assert!(!after(&nagle, &socket, &[SMALL, LARGE]));
        assert!(!after(&nagle, &socket, &[SMALL, LARGE, LARGE - 1]));
        assert!(after(&nagle, &socket, &[LARGE, LARGE]));
        assert!(after(&nagle, &socket, &[LARGE, LARGE * 9]));
        assert!(!after(&nagle, &socket, &[SMALL]));
        assert!(after(&nagle, &socket, &[LARGE, LARGE]));
        Ok(())
    }

    #[test]
    fn what_the_program_has_said_stays() -> io::Result<()> {
        for said in [true, false] {
            let (nagle, socket) = tcp()?;
            assert!(after(&nagle, &socket, &[LARGE, LARGE]));
            nagle.settle();
            socket.set_tcp_nodelay(said)?;
            assert_eq!(after(&nagle, &socket, &[SMALL, LARGE, LARGE, SMALL]), said);
        }
        Ok(())
    }

    #[test]
    fn what_another_owner_has_said_stays() -> io::Result<()> {
        let (nagle, socket) = tcp()?;
        socket.set_tcp_nodelay(true)?;
        assert!(after(&nagle, &socket, &[LARGE, LARGE, SMALL]));
        Ok(())
    }

    #[test]
    fn a_socket_that_is_no_tcp_socket_is_asked_once() -> io::Result<()> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        let nagle = Nagle::new();
        after(&nagle, &socket, &[LARGE, LARGE]);
        assert!(nagle.0.get() == State::Settled);
        Ok(())
    }
}
