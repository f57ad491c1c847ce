//! Clients of a TCP program under test.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::report::{Latencies, Period, Report};
use crate::sys::Epoll;

/// An answer that takes longer than this never comes.
const PATIENCE: Duration = Duration::from_secs(5);

const BLOCK: usize = 64 * 1024;

fn connect(options: &Options) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&options.target(), PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// One connection, one message at a time.
pub fn ping_pong(options: &Options) -> io::Result<Report> {
    let mut stream = connect(options)?;
    let mut message = vec![b'x'; options.size];
    let mut latencies = Latencies::default();
    let period = Period::start(options.duration);
    loop {
        let sent = Instant::now();
        stream.write_all(&message)?;
        stream.read_exact(&mut message)?;
        if !latencies.add(&period, sent) {
            return Ok(latencies.report());
        }
    }
}

/// A connection that always has one message in flight.
struct Caller {
    stream: TcpStream,
    /// Bytes of the current answer that have come.
    received: usize,
}

impl Caller {
    /// Reads what came and sends the next message when the answer is complete, which it says.
    fn advance(&mut self, message: &mut [u8]) -> io::Result<bool> {
        match self.stream.read(&mut message[self.received..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => self.received += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if self.received < message.len() {
            return Ok(false);
        }
        self.received = 0;
        self.stream.write_all(message)?;
        Ok(true)
    }
}

/// Many connections, each with one message in flight.
pub fn echo(options: &Options) -> io::Result<Report> {
    let mut message = vec![b'x'; options.size];
    let mut epoll = Epoll::new(options.connections)?;
    let mut callers = Vec::with_capacity(options.connections);
    for token in 0..options.connections {
        let mut stream = connect(options)?;
        stream.set_nonblocking(true)?;
        epoll.watch(&stream, token)?;
        stream.write_all(&message)?;
        callers.push(Caller {
            stream,
            received: 0,
        });
    }

    let period = Period::start(options.duration);
    let mut messages = 0_u64;
    // When warming up was over, and how many messages had come until then.
    let mut warm: Option<(Instant, u64)> = None;
    loop {
        for token in epoll.wait(PATIENCE)? {
            messages += u64::from(callers[token].advance(&mut message)?);
        }
        let now = Instant::now();
        let (since, before) = match warm {
            Some(warm) => warm,
            None if now < period.warm => continue,
            None => *warm.insert((now, messages)),
        };
        if now >= period.end {
            let rate = (messages - before) as f64 / (now - since).as_secs_f64();
            return Ok(Report(vec![("rate", rate), ("messages", messages as f64)]));
        }
    }
}

/// Writes as much as the program takes; over when it has read everything and closed.
pub fn write(options: &Options) -> io::Result<Report> {
    let mut stream = connect(options)?;
    let block = vec![b'x'; BLOCK];
    let start = Instant::now();
    let mut bytes = 0;
    while start.elapsed() < options.duration {
        stream.write_all(&block)?;
        bytes += block.len();
    }
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(bytes_report(bytes, start))
}

/// Reads as much as the program sends.
pub fn read(options: &Options) -> io::Result<Report> {
    let mut stream = connect(options)?;
    let mut block = vec![0; BLOCK];
    let start = Instant::now();
    let mut bytes = 0;
    while start.elapsed() < options.duration {
        match stream.read(&mut block)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => bytes += count,
        }
    }
    Ok(bytes_report(bytes, start))
}

fn bytes_report(bytes: usize, start: Instant) -> Report {
    Report(vec![
        ("bytes", bytes as f64),
        ("seconds", start.elapsed().as_secs_f64()),
    ])
}
