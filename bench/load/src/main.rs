//! The other side of ferronet's benchmark: clients, senders and a receiver that cost less than the program
//! under test, so that what is measured is that program. `bench/run.js` starts it; Linux only.
//!
//! `ferronet-bench-load <command> [--port N] [--seconds S] [--connections N] [--size BYTES] [--rate N] [--gro]`
//!
//! Every command ends with one line of JSON. All traffic stays on 127.0.0.1.

mod options;
mod pace;
mod report;
mod sys;
mod tcp;
mod udp;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use options::Options;
use report::Report;

fn run(command: &str, options: &Options) -> io::Result<Report> {
    match command {
        "tcp-ping-pong" => tcp::ping_pong(options),
        "tcp-echo" => tcp::echo(options),
        "tcp-write" => tcp::write(options),
        "tcp-read" => tcp::read(options),
        "udp-ping-pong" => udp::ping_pong(options),
        "udp-send-gso" => udp::send_gso(options),
        "udp-send-plain" => udp::send_plain(options),
        "udp-send-rate" => udp::send_rate(options),
        "udp-receive" => udp::receive(options),
        other => Err(io::Error::new(
            ErrorKind::InvalidInput,
            format!("unknown command {other:?}"),
        )),
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    match Options::parse(args).and_then(|options| run(&command, &options)) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{command}: {error}");
            ExitCode::FAILURE
        }
    }
}
