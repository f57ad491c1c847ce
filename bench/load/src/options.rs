//! What the command line asks for.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

pub struct Options {
    /// Where the program under test listens.
    pub port: u16,
    pub duration: Duration,
    pub connections: usize,
    /// Bytes of a message or datagram.
    pub size: usize,
    /// Messages per second.
    pub rate: u32,
    /// Whether the receiver lets the kernel hand it whole runs (UDP_GRO).
    pub gro: bool,
    /// Whether the sender gives the kernel whole runs (UDP_SEGMENT).
    pub gso: bool,
    /// Whether clients look for answers without sleeping.
    pub awake: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 0,
            duration: Duration::from_secs(2),
            connections: 1,
            size: 64,
            rate: 100_000,
            gro: false,
            gso: false,
            awake: false,
        }
    }
}

impl Options {
    pub fn parse(mut args: impl Iterator<Item = String>) -> io::Result<Options> {
        let mut options = Options::default();
        while let Some(name) = args.next() {
            match name.as_str() {
                "--port" => options.port = value(&name, args.next())?,
                "--seconds" => {
                    let seconds: f64 = value(&name, args.next())?;
                    options.duration = Duration::try_from_secs_f64(seconds)
                        .map_err(|error| invalid(format!("{name}: {error}")))?;
                }
                "--connections" => options.connections = value(&name, args.next())?,
                "--size" => options.size = value(&name, args.next())?,
                "--rate" => options.rate = value(&name, args.next())?,
                "--gro" => options.gro = true,
                "--gso" => options.gso = true,
                "--awake" => options.awake = true,
                _ => return Err(invalid(format!("unknown option {name}"))),
            }
        }
        if options.size == 0 || options.rate == 0 || options.connections == 0 {
            return Err(invalid("sizes, rates and counts are at least 1".to_owned()));
        }
        Ok(options)
    }

    pub fn target(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }
}

fn value<T: FromStr>(name: &str, text: Option<String>) -> io::Result<T> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| invalid(format!("{name} needs a number")))
}

fn invalid(text: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, text)
}
