//! Clients that exchange small messages with a TCP program under test.

use std::hint::spin_loop;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::report::{Latencies, Period, Rate, Report};
use crate::sys::{Epoll, Interest};

/// An answer that takes longer than this never comes.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Pauses between two looks of a client that stays awake: epoll's lock is the program's too, when it sends.
const BETWEEN_LOOKS: usize = 20;

pub fn connect(options: &Options) -> io::Result<TcpStream> {
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

/// A connection with at most one message in flight.
struct Caller {
    stream: TcpStream,
    /// Bytes of the current answer that have come.
    received: usize,
    waits: bool,
}

impl Caller {
    fn connect(options: &Options, epoll: &Epoll, token: usize) -> io::Result<Caller> {
        let stream = connect(options)?;
        stream.set_nonblocking(true)?;
        epoll.watch(&stream, Interest::Readable, token)?;
        Ok(Caller {
            stream,
            received: 0,
            waits: false,
        })
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.waits = true;
        self.received = 0;
        self.stream.write_all(message)
    }

    /// Reads what came; says whether the answer is complete.
    fn receive(&mut self, room: &mut [u8]) -> io::Result<bool> {
        match self.stream.read(&mut room[self.received..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => self.received += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        self.waits = self.received < room.len();
        Ok(!self.waits)
    }
}

fn callers(options: &Options, epoll: &Epoll) -> io::Result<Vec<Caller>> {
    (0..options.connections)
        .map(|token| Caller::connect(options, epoll, token))
        .collect()
}

/// Which connections have something to read; at least one.
///
/// A client that sleeps has to be woken, and the kernel does that in the program's send(2), on the program's time.
/// Clients on another machine cost it nothing of the kind, and those that stay awake neither.
pub fn answers(epoll: &mut Epoll, awake: bool) -> io::Result<Vec<usize>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let timeout = if awake { Duration::ZERO } else { PATIENCE };
        let ready: Vec<usize> = epoll.wait(Some(timeout))?.collect();
        if !ready.is_empty() {
            return Ok(ready);
        }
        if Instant::now() >= deadline {
            let text = "the program does not answer";
            return Err(io::Error::new(ErrorKind::TimedOut, text));
        }
        for _ in 0..BETWEEN_LOOKS {
            spin_loop();
        }
    }
}

/// Many connections, each with one message in flight.
pub fn echo(options: &Options) -> io::Result<Report> {
    let message = vec![b'x'; options.size];
    let mut room = message.clone();
    let mut epoll = Epoll::new(options.connections)?;
    let mut callers = callers(options, &epoll)?;
    for caller in &mut callers {
        caller.send(&message)?;
    }
    let mut rate = Rate::start(options.duration);
    loop {
        let mut answered = 0;
        for token in answers(&mut epoll, options.awake)? {
            if callers[token].receive(&mut room)? {
                answered += 1;
                callers[token].send(&message)?;
            }
        }
        if !rate.add(answered) {
            return Ok(rate.report());
        }
    }
}

/// Messages at a fixed rate, evenly spaced, from the connections by turns. One whose answer has not come is
/// passed over: a program that cannot keep up shows a lower rate.
pub fn echo_rate(options: &Options) -> io::Result<Report> {
    let message = vec![b'x'; options.size];
    let mut room = message.clone();
    let mut epoll = Epoll::new(options.connections)?;
    let mut callers = callers(options, &epoll)?;
    let gap = Duration::from_secs(1) / options.rate;
    let mut rate = Rate::start(options.duration);
    let mut next = Instant::now();
    let mut turn = 0;
    loop {
        if Instant::now() >= next {
            next += gap;
            let caller = &mut callers[turn % options.connections];
            turn += 1;
            if !caller.waits {
                caller.send(&message)?;
            }
        }
        let mut answered = 0;
        for token in epoll.wait(Some(Duration::ZERO))? {
            answered += u64::from(callers[token].receive(&mut room)?);
        }
        if !rate.add(answered) {
            return Ok(rate.report());
        }
    }
}
