//! TCP servers.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use super::Meter;
use crate::report::Report;
use crate::sys::{Epoll, Interest, set_backlog};

/// What a server does with a connection.
#[derive(Clone, Copy)]
pub enum Role {
    /// Sends back what it reads.
    Echo,
    /// Reads and drops.
    Sink,
    /// Writes as much as the client reads.
    Source,
    /// Answers requests, whatever they ask for.
    Http,
}

const BLOCK: usize = 64 * 1024;
const BACKLOG: usize = 511;
const STDIN: usize = 0;
const LISTENER: usize = 1;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\
    Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 12\r\n\r\nHello World\n";

/// Whether a connection goes on.
enum Next {
    Keep,
    Close,
}

impl Role {
    fn interest(self) -> Interest {
        match self {
            Role::Source => Interest::Writable,
            Role::Echo | Role::Sink | Role::Http => Interest::Readable,
        }
    }

    fn act(self, stream: &mut TcpStream, block: &mut [u8]) -> io::Result<Next> {
        if let Role::Source = self {
            while stream.write(block)? > 0 {}
            return Ok(Next::Close);
        }
        let count = stream.read(block)?;
        if count == 0 {
            return Ok(Next::Close);
        }
        match self {
            // Messages are small and clients wait for the answer: there always is room for it.
            Role::Echo => stream.write_all(&block[..count])?,
            Role::Http => {
                let requests = block[..count].windows(4).filter(|end| end == b"\r\n\r\n");
                for _ in requests {
                    stream.write_all(ANSWER)?;
                }
            }
            Role::Sink | Role::Source => {}
        }
        Ok(Next::Keep)
    }
}

/// Clients leave in the middle of a transfer; that is no failure.
fn settle(result: io::Result<Next>) -> io::Result<Next> {
    match result {
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock => Ok(Next::Keep),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Ok(Next::Close),
            _ => Err(error),
        },
        next => next,
    }
}

pub fn run(role: Role) -> io::Result<Report> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    set_backlog(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    let mut epoll = Epoll::new(1024)?;
    epoll.watch(&io::stdin(), Interest::Readable, STDIN)?;
    epoll.watch(&listener, Interest::Readable, LISTENER)?;
    let mut streams: HashMap<usize, TcpStream> = HashMap::new();
    let mut block = vec![b'x'; BLOCK];
    let mut next_token = LISTENER + 1;
    let meter = Meter::start(listener.local_addr()?.port());
    loop {
        let ready: Vec<usize> = epoll.wait(None)?.collect();
        for token in ready {
            if token == STDIN {
                return meter.report(vec![]);
            }
            if token == LISTENER {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nonblocking(true)?;
                    stream.set_nodelay(true)?;
                    epoll.watch(&stream, role.interest(), next_token)?;
                    streams.insert(next_token, stream);
                    next_token += 1;
                }
                continue;
            }
            let Some(stream) = streams.get_mut(&token) else {
                continue;
            };
            if let Next::Close = settle(role.act(stream, &mut block))? {
                streams.remove(&token);
            }
        }
    }
}
