//! UDP programs.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Instant;

use super::Meter;
use crate::options::Options;
use crate::report::Report;
use crate::sys::{self, Epoll, Interest, Slots, cpu_micros};
use crate::udp::{BATCH, MAX_SEGMENTS};

const STDIN: usize = 0;
const SOCKET: usize = 1;
/// The longest datagram.
const ROOM: usize = 65_536;
/// Bytes of a run that is sent, within what an IP packet can hold.
const MAX_RUN: usize = 60_000;

/// Serves until standard input ends: `act` is called when the socket is readable, and says how many bytes came.
fn serve(
    options: &Options,
    mut act: impl FnMut(&UdpSocket) -> io::Result<usize>,
) -> io::Result<Report> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    if options.gro {
        sys::receive_runs(&socket)?;
    }
    let mut epoll = Epoll::new(2)?;
    epoll.watch(&io::stdin(), Interest::Readable, STDIN)?;
    epoll.watch(&socket, Interest::Readable, SOCKET)?;
    let meter = Meter::start(socket.local_addr()?.port());
    let mut bytes = 0;
    loop {
        let ready: Vec<usize> = epoll.wait(None)?.collect();
        if ready.contains(&STDIN) {
            let messages = (bytes / options.size) as f64;
            return meter.report(vec![("messages", messages)]);
        }
        match act(&socket) {
            Ok(count) => bytes += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// Sends back every datagram.
pub fn echo(options: &Options) -> io::Result<Report> {
    let mut room = vec![0; ROOM];
    serve(options, |socket| {
        let (count, from) = socket.recv_from(&mut room)?;
        socket.send_to(&room[..count], from)?;
        Ok(count)
    })
}

/// Counts datagrams, all of the size of the options.
pub fn receive(options: &Options) -> io::Result<Report> {
    let mut slots = Slots::new();
    serve(options, |socket| slots.receive(socket))
}

/// Sends to one address for some time: runs (`--gso`), or many by one system call.
pub fn send_bursts(options: &Options) -> io::Result<Report> {
    let segments = (MAX_RUN / options.size).clamp(1, MAX_SEGMENTS);
    let run = vec![b'x'; segments * options.size];
    send(options, |socket| {
        if options.gso {
            return socket.send(&run).map(|_| segments);
        }
        sys::send_many(socket, &run[..options.size], BATCH)
    })
}

pub fn send_single(options: &Options) -> io::Result<Report> {
    let datagram = vec![b'x'; options.size];
    let target = options.target();
    send(options, |socket| {
        socket.send_to(&datagram, target).map(|_| 1)
    })
}

fn send(
    options: &Options,
    mut send: impl FnMut(&UdpSocket) -> io::Result<usize>,
) -> io::Result<Report> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(options.target())?;
    if options.gso {
        sys::set_segment_size(&socket, options.size)?;
    }
    let cpu = cpu_micros();
    let start = Instant::now();
    let mut datagrams = 0;
    while start.elapsed() < options.duration {
        datagrams += send(&socket)?;
    }
    Ok(Report(vec![
        ("messages", datagrams as f64),
        ("seconds", start.elapsed().as_secs_f64()),
        ("cpuMicros", (cpu_micros() - cpu) as f64),
    ]))
}
