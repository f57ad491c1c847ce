//! The other side of ferronet's benchmark: clients, senders and a receiver that cost less than the program
//! under test, so that what is measured is that program; and bare servers that show the limit. `bench/run.js`
//! starts it; Linux only.
//!
//! `ferronet-bench-load <command> [--port N] [--seconds S] [--connections N] [--size BYTES] [--rate N]
//! [--gro] [--gso]`
//!
//! Every command ends with one line of JSON. All traffic stays on the loopback network.

mod bulk;
mod connections;
mod http;
mod options;
mod pace;
mod report;
mod serve;
mod sys;
mod tcp;
mod udp;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use options::Options;
use report::Report;
use serve::tcp::Role;

fn run(command: &str, options: &Options) -> io::Result<Report> {
    match command {
        "tcp-ping-pong" => tcp::ping_pong(options),
        "tcp-echo" => tcp::echo(options),
        "tcp-echo-rate" => tcp::echo_rate(options),
        "tcp-write" => bulk::write(options),
        "tcp-read" => bulk::read(options),
        "tcp-relay" => bulk::relay(options),
        "tcp-come-and-go" => connections::come_and_go(options),
        "tcp-hold" => connections::hold(options),
        "http-requests" => http::requests(options),
        "udp-ping-pong" => udp::ping_pong(options),
        "udp-send-gso" => udp::send_gso(options),
        "udp-send-plain" => udp::send_plain(options),
        "udp-send-rate" => udp::send_rate(options),
        "udp-receive" => udp::receive(options),
        other => match other.strip_prefix("serve-") {
            Some(program) => serve(program, options),
            None => Err(unknown(other)),
        },
    }
}

/// The bare programs under test.
fn serve(program: &str, options: &Options) -> io::Result<Report> {
    match program {
        "tcp-echo" => serve::tcp::run(Role::Echo),
        "tcp-sink" => serve::tcp::run(Role::Sink),
        "tcp-source" => serve::tcp::run(Role::Source),
        "http" => serve::tcp::run(Role::Http),
        "tcp-relay" => serve::relay::run(options),
        "udp-echo" => serve::udp::echo(options),
        "udp-receive" => serve::udp::receive(options),
        "udp-send-bursts" => serve::udp::send_bursts(options),
        "udp-send-single" => serve::udp::send_single(options),
        other => Err(unknown(other)),
    }
}

fn unknown(command: &str) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidInput,
        format!("unknown command {command:?}"),
    )
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
