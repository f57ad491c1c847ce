//! Programs under test without JavaScript: one thread, as few system calls as Linux allows. What they reach is
//! the limit for any program on one core.
//!
//! They talk to `bench/run.js` as the JavaScript programs do: {"port":…} when ready, and a report with the CPU
//! time when standard input ends.

pub mod relay;
pub mod tcp;
pub mod udp;

use std::io;

use crate::report::Report;
use crate::sys::cpu_micros;

/// The CPU time since a program became ready.
struct Meter(u64);

impl Meter {
    fn start(port: u16) -> Meter {
        println!("{{\"port\":{port}}}");
        Meter(cpu_micros())
    }

    fn report(&self, mut figures: Vec<(&'static str, f64)>) -> io::Result<Report> {
        figures.push(("cpuMicros", (cpu_micros() - self.0) as f64));
        Ok(Report(figures))
    }
}
