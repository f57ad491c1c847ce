//! HTTP/1.1 clients that keep their connections.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use crate::options::Options;
use crate::report::{Rate, Report};
use crate::sys::{Epoll, Interest};
use crate::tcp::{answers, connect};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
const HEAD_END: &[u8] = b"\r\n\r\n";
/// The longest answer that is understood.
const ROOM: usize = 16 * 1024;

/// A connection with one request in flight.
struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    /// Reads what came; says whether the answer is complete.
    fn receive(&mut self) -> io::Result<bool> {
        let mut room = [0; ROOM];
        match self.stream.read(&mut room) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => self.answer.extend_from_slice(&room[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        if length(&self.answer)?.is_none_or(|length| self.answer.len() < length) {
            return Ok(false);
        }
        self.answer.clear();
        Ok(true)
    }
}

/// The length of the whole answer, when its head is there.
fn length(answer: &[u8]) -> io::Result<Option<usize>> {
    let Some(end) = answer
        .windows(HEAD_END.len())
        .position(|window| window == HEAD_END)
    else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..end]).map_err(|_| ErrorKind::InvalidData)?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(io::Error::new(ErrorKind::InvalidData, head.to_owned()));
    }
    let body = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let body = body.ok_or_else(|| {
        io::Error::new(ErrorKind::InvalidData, "an answer without Content-Length")
    })?;
    Ok(Some(end + HEAD_END.len() + body))
}

/// Requests per second with one in flight on every connection.
pub fn requests(options: &Options) -> io::Result<Report> {
    let mut epoll = Epoll::new(options.connections)?;
    let mut clients = Vec::with_capacity(options.connections);
    for token in 0..options.connections {
        let mut stream = connect(options)?;
        stream.set_nonblocking(true)?;
        epoll.watch(&stream, Interest::Readable, token)?;
        stream.write_all(REQUEST)?;
        clients.push(Client {
            stream,
            answer: Vec::with_capacity(ROOM),
        });
    }
    let mut rate = Rate::start(options.duration);
    loop {
        let mut answered = 0;
        for token in answers(&mut epoll, options.awake)? {
            if clients[token].receive()? {
                answered += 1;
                clients[token].stream.write_all(REQUEST)?;
            }
        }
        if !rate.add(answered) {
            return Ok(rate.report());
        }
    }
}
