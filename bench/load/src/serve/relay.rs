//! A proxy.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use super::Meter;
use crate::options::Options;
use crate::report::Report;
use crate::sys::Pipe;

/// Passes on what comes from the port of the options to one client, until that leaves.
pub fn run(options: &Options) -> io::Result<Report> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let meter = Meter::start(listener.local_addr()?.port());
    let (client, _) = listener.accept()?;
    let upstream = TcpStream::connect(options.target())?;
    let pipe = Pipe::new()?;
    loop {
        match pipe.relay(&upstream, &client) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => match error.kind() {
                ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => break,
                _ => return Err(error),
            },
        }
    }
    drop((client, upstream));
    io::copy(&mut io::stdin(), &mut io::sink())?;
    meter.report(vec![])
}
