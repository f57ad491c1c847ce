//! Senders to, and a receiver from, a UDP program under test.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::pace::{Pace, wait_until};
use crate::report::{Latencies, Period, Report};
use crate::sys;

/// Bytes of a run: cut into datagrams, several fit into the default receive buffer (208 KiB with the kernel's
/// bookkeeping), so that a program that keeps up loses nothing and one that lags is not idle between two.
const MAX_RUN: usize = 32 * 1024;
/// Datagrams the kernel cuts from one run at most (UDP_MAX_SEGMENTS of older kernels).
pub const MAX_SEGMENTS: usize = 64;
/// Datagrams of one system call of the plain sender.
pub const BATCH: usize = 64;

/// Silence that ends the receiver once something has come.
const QUIET: Duration = Duration::from_millis(300);
/// How long the receiver waits for the first datagram: the program under test has to start.
const FIRST: Duration = Duration::from_secs(10);
/// A receiver that loses nothing because it was away for a moment.
const RECEIVE_BUFFER: usize = 8 * 1024 * 1024;

fn connect(options: &Options) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(options.target())?;
    Ok(socket)
}

fn sent_report(datagrams: usize, start: Instant) -> Report {
    Report(vec![
        ("messages", datagrams as f64),
        ("seconds", start.elapsed().as_secs_f64()),
    ])
}

/// Runs of datagrams that the kernel cuts (UDP_SEGMENT), as QUIC senders make them.
pub fn send_gso(options: &Options) -> io::Result<Report> {
    let socket = connect(options)?;
    sys::set_segment_size(&socket, options.size)?;
    let segments = (MAX_RUN / options.size).clamp(1, MAX_SEGMENTS);
    let run = vec![b'x'; segments * options.size];
    let mut pace = Pace::new(options.port);
    let start = Instant::now();
    let mut datagrams = 0;
    while start.elapsed() < options.duration {
        pace.wait();
        socket.send(&run)?;
        datagrams += segments;
    }
    Ok(sent_report(datagrams, start))
}

/// Single datagrams, many by one system call.
pub fn send_plain(options: &Options) -> io::Result<Report> {
    let socket = connect(options)?;
    let mut pace = Pace::new(options.port);
    let datagram = vec![b'x'; options.size];
    let start = Instant::now();
    let mut datagrams = 0;
    while start.elapsed() < options.duration {
        pace.wait();
        datagrams += sys::send_many(&socket, &datagram, BATCH)?;
    }
    Ok(sent_report(datagrams, start))
}

/// Single datagrams, evenly spaced.
pub fn send_rate(options: &Options) -> io::Result<Report> {
    let socket = connect(options)?;
    let datagram = vec![b'x'; options.size];
    let gap = Duration::from_secs(1) / options.rate;
    let start = Instant::now();
    let mut datagrams = 0;
    let mut next = start;
    while start.elapsed() < options.duration {
        wait_until(next);
        // Time that was lost is not made up for: a burst would overrun the receiver.
        next = (next + gap).max(Instant::now());
        socket.send(&datagram)?;
        datagrams += 1;
    }
    Ok(sent_report(datagrams, start))
}

/// One datagram at a time. One that is lost is sent again and not measured.
pub fn ping_pong(options: &Options) -> io::Result<Report> {
    let socket = connect(options)?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut datagram = vec![b'x'; options.size];
    let mut latencies = Latencies::default();
    let period = Period::start(options.duration);
    loop {
        let sent = Instant::now();
        socket.send(&datagram)?;
        match socket.recv(&mut datagram) {
            Ok(_) if latencies.add(&period, sent) => {}
            Ok(_) => return Ok(latencies.report()),
            Err(error) if error.kind() == ErrorKind::WouldBlock && sent < period.end => {}
            Err(error) => return Err(error),
        }
    }
}

/// Counts what a program under test sends, until it is quiet. Says its port first, on a line of its own.
pub fn receive(options: &Options) -> io::Result<Report> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    sys::set_receive_buffer(&socket, RECEIVE_BUFFER)?;
    if options.gro {
        sys::receive_runs(&socket)?;
    }
    println!("{{\"port\":{}}}", socket.local_addr()?.port());

    socket.set_read_timeout(Some(FIRST))?;
    let mut slots = sys::Slots::new();
    let mut bytes = slots.receive(&socket)?;
    socket.set_read_timeout(Some(QUIET))?;
    let start = Instant::now();
    let mut last = start;
    while last - start < options.duration + FIRST {
        match slots.receive(&socket) {
            Ok(count) => bytes += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
        last = Instant::now();
    }
    // All datagrams have the same size, so that bytes count them, in runs or not.
    Ok(Report(vec![
        ("messages", (bytes / options.size) as f64),
        ("seconds", (last - start).as_secs_f64()),
    ]))
}
