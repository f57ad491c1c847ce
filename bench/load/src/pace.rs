//! Sends as fast as the receiver can follow: an overrun receiver would mostly show what dropping costs.

use std::fs;
use std::hint::spin_loop;
use std::time::{Duration, Instant};

/// Time between two looks at the receiver, short against a run and long against the look itself.
const LOOK_EVERY: Duration = Duration::from_millis(3);
/// Time between two bursts to begin with.
const FIRST_GAP: Duration = Duration::from_micros(150);
const LONGEST_GAP: Duration = Duration::from_millis(2);

/// Waits between bursts: longer after the receiver's kernel buffer overflowed, shorter while it does not. It
/// settles where most looks find some loss: a receiver that never loses anything is not busy all the time.
pub struct Pace {
    port: u16,
    gap: Duration,
    next: Instant,
    look: Instant,
    drops: u64,
}

impl Pace {
    pub fn new(port: u16) -> Pace {
        let now = Instant::now();
        Pace {
            port,
            gap: FIRST_GAP,
            next: now,
            look: now,
            drops: 0,
        }
    }

    /// Waits for the time of the next burst.
    pub fn wait(&mut self) {
        if Instant::now() >= self.look {
            self.adjust();
            self.look = Instant::now() + LOOK_EVERY;
        }
        wait_until(self.next);
        self.next = Instant::now() + self.gap;
    }

    fn adjust(&mut self) {
        let drops = drops(self.port).unwrap_or(0);
        self.gap = if drops > self.drops {
            self.gap.mul_f64(1.03).min(LONGEST_GAP)
        } else {
            self.gap.mul_f64(0.9)
        };
        self.drops = drops;
    }
}

/// How many datagrams the socket bound to the port has lost (`/proc/net/udp`: the last column).
fn drops(port: u16) -> Option<u64> {
    let address = format!(":{port:04X}");
    let table = fs::read_to_string("/proc/net/udp").ok()?;
    let row = table.lines().find(|row| {
        let local = row.split_whitespace().nth(1);
        local.is_some_and(|local| local.ends_with(&address))
    })?;
    row.split_whitespace().last()?.parse().ok()
}

/// Not a sleep: the kernel's timers are too coarse, and the core is ours.
pub fn wait_until(time: Instant) {
    while Instant::now() < time {
        spin_loop();
    }
}
