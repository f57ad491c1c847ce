//! Connections themselves: how fast they come and go, and many that do nothing.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, Shutdown, TcpStream};

use crate::options::Options;
use crate::report::{Rate, Report};
use crate::sys::{Epoll, Interest, connect_from};
use crate::tcp::{PATIENCE, connect};

/// Addresses of the loopback network that connections come from by turns: a port of one that was used a moment
/// ago cannot be used again (TIME-WAIT), and one address has 28,000.
const SOURCES: usize = 200;

struct Visitors {
    port: u16,
    epoll: Epoll,
    streams: Vec<Option<TcpStream>>,
    made: usize,
}

impl Visitors {
    /// Connects and says at once that nothing will come.
    fn visit(&mut self, token: usize) -> io::Result<()> {
        let source = Ipv4Addr::new(127, 0, 1, 1 + (self.made % SOURCES) as u8);
        self.made += 1;
        let stream = connect_from(source, self.port)?;
        stream.shutdown(Shutdown::Write)?;
        self.epoll.watch(&stream, Interest::Readable, token)?;
        self.streams[token] = Some(stream);
        Ok(())
    }
}

/// Connections that end at once, some at a time; one counts when the program has ended it too.
pub fn come_and_go(options: &Options) -> io::Result<Report> {
    let mut visitors = Visitors {
        port: options.port,
        epoll: Epoll::new(options.connections)?,
        streams: (0..options.connections).map(|_| None).collect(),
        made: 0,
    };
    for token in 0..options.connections {
        visitors.visit(token)?;
    }
    let mut rate = Rate::start(options.duration);
    loop {
        let ended: Vec<usize> = visitors.epoll.wait(Some(PATIENCE))?.collect();
        if ended.is_empty() {
            return Err(io::Error::new(
                ErrorKind::TimedOut,
                "no connection is ended",
            ));
        }
        for token in &ended {
            let Some(mut stream) = visitors.streams[*token].take() else {
                continue;
            };
            if stream.read(&mut [0])? != 0 {
                return Err(ErrorKind::InvalidData.into());
            }
            drop(stream);
            visitors.visit(*token)?;
        }
        if !rate.add(ended.len() as u64) {
            return Ok(rate.report());
        }
    }
}

/// Opens connections, says so, and holds them until standard input ends.
pub fn hold(options: &Options) -> io::Result<Report> {
    let streams = (0..options.connections)
        .map(|_| connect(options))
        .collect::<io::Result<Vec<TcpStream>>>()?;
    println!("{{\"connected\":{}}}", streams.len());
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(Report(vec![("connections", streams.len() as f64)]))
}
