//! Streams of bytes to, from and through a TCP program under test. The kernel moves pages out and throws away
//! what comes in, so that the copies that cost time are the program's.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::report::Report;
use crate::sys::{Pages, discard};
use crate::tcp::{PATIENCE, connect};

const BLOCK: usize = 64 * 1024;
/// What is thrown away by one system call.
const LIMIT: usize = 1 << 20;

/// Sends until the time is over or the other side has left; says how much.
fn fill(stream: &TcpStream, duration: Duration) -> io::Result<usize> {
    let pages = Pages::new(BLOCK)?;
    let start = Instant::now();
    let mut bytes = 0;
    while start.elapsed() < duration {
        match pages.send(stream) {
            Ok(count) => bytes += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// Reads until the time is over; the other side must not end before.
fn drain(stream: &TcpStream, duration: Duration) -> io::Result<Report> {
    let start = Instant::now();
    let mut bytes = 0;
    while start.elapsed() < duration {
        match discard(stream, LIMIT)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => bytes += count,
        }
    }
    Ok(report(bytes, start))
}

fn report(bytes: usize, start: Instant) -> Report {
    Report(vec![
        ("bytes", bytes as f64),
        ("seconds", start.elapsed().as_secs_f64()),
    ])
}

/// Writes as much as the program takes; over when it has read everything and closed.
pub fn write(options: &Options) -> io::Result<Report> {
    let mut stream = connect(options)?;
    let start = Instant::now();
    let bytes = fill(&stream, options.duration)?;
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(report(bytes, start))
}

/// Reads as much as the program sends.
pub fn read(options: &Options) -> io::Result<Report> {
    drain(&connect(options)?, options.duration)
}

/// Both ends of a proxy: says the port of the source first, then connects to the proxy and reads from it.
pub fn relay(options: &Options) -> io::Result<Report> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{{\"port\":{}}}", listener.local_addr()?.port());
    // The port of the proxy comes by standard input, when it listens.
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let port = line
        .trim()
        .parse()
        .map_err(|_| io::Error::new(ErrorKind::InvalidInput, "the port of the proxy is missing"))?;
    let duration = options.duration;
    let sink = connect(&Options {
        port,
        ..Options::default()
    })?;
    let (source, _) = listener.accept()?;
    source.set_write_timeout(Some(PATIENCE))?;
    // The proxy breaks the source off when the sink has left.
    let source = thread::spawn(move || {
        let _ = fill(&source, duration + PATIENCE);
    });
    let report = drain(&sink, duration);
    drop(sink);
    let _ = source.join();
    report
}
