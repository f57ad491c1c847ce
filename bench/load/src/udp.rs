//! Senders to, and a receiver from, a UDP program under test.

use std::hint::spin_loop;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::report::{Latencies, Period, Report};
use crate::sys;

/// The longest payload of an IPv4 datagram, and so of a run of datagrams that the kernel cuts.
const MAX_RUN: usize = 65_507;
/// Datagrams the kernel cuts from one run at most (UDP_MAX_SEGMENTS of older kernels).
const MAX_SEGMENTS: usize = 64;
/// Datagrams of one system call of the plain sender.
const BATCH: usize = 64;

/// After this many bytes the GSO sender waits. With the kernel's bookkeeping they fit into the default receive
/// buffer (208 KiB), so that a program that keeps up loses nothing.
const BURST_BYTES: usize = 64 * 1024;
/// Time between the starts of two bursts.
const BURST_PERIOD: Duration = Duration::from_micros(100);

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

/// Not a sleep: the kernel's timers are too coarse, and the core is ours.
fn wait_until(time: Instant) {
    while Instant::now() < time {
        spin_loop();
    }
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
    let runs = (BURST_BYTES / run.len()).max(1);
    let start = Instant::now();
    let mut datagrams = 0;
    let mut next = start;
    while start.elapsed() < options.duration {
        wait_until(next);
        next = Instant::now() + BURST_PERIOD;
        for _ in 0..runs {
            socket.send(&run)?;
            datagrams += segments;
        }
    }
    Ok(sent_report(datagrams, start))
}

/// Single datagrams as fast as the kernel takes them, which is about as fast as a program can read them.
pub fn send_plain(options: &Options) -> io::Result<Report> {
    let socket = connect(options)?;
    let datagram = vec![b'x'; options.size];
    let start = Instant::now();
    let mut datagrams = 0;
    while start.elapsed() < options.duration {
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
        next += gap;
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
