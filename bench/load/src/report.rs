//! What a command found out, and the time it had for it.

use std::fmt;
use std::time::{Duration, Instant};

/// Named figures, printed as one JSON object.
pub struct Report(pub Vec<(&'static str, f64)>);

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        write!(out, "{{{}}}", figures.join(","))
    }
}

/// The time of one run. Its first tenth warms up: the program under test is still being compiled.
pub struct Period {
    pub warm: Instant,
    pub end: Instant,
}

impl Period {
    pub fn start(duration: Duration) -> Period {
        let now = Instant::now();
        Period {
            warm: now + duration / 10,
            end: now + duration,
        }
    }
}

/// How many things happened per second.
pub struct Rate {
    period: Period,
    start: Instant,
    count: u64,
    /// When warming up was over, and how many there had been until then.
    warm: Option<(Instant, u64)>,
    end: Instant,
}

impl Rate {
    pub fn start(duration: Duration) -> Rate {
        let now = Instant::now();
        Rate {
            period: Period::start(duration),
            start: now,
            count: 0,
            warm: None,
            end: now,
        }
    }

    /// Counts some more; false when the period is over.
    pub fn add(&mut self, count: u64) -> bool {
        self.count += count;
        self.end = Instant::now();
        if self.warm.is_none() && self.end >= self.period.warm {
            self.warm = Some((self.end, self.count));
        }
        self.end < self.period.end
    }

    pub fn report(self) -> Report {
        let (since, before) = self.warm.unwrap_or((self.start, 0));
        let seconds = (self.end - since).as_secs_f64();
        Report(vec![
            ("rate", (self.count - before) as f64 / seconds),
            ("messages", self.count as f64),
            ("seconds", (self.end - self.start).as_secs_f64()),
        ])
    }
}

/// Round-trip times of a ping-pong.
#[derive(Default)]
pub struct Latencies {
    nanos: Vec<u64>,
    messages: u64,
}

impl Latencies {
    /// Counts a round trip; false when the period is over.
    pub fn add(&mut self, period: &Period, sent: Instant) -> bool {
        let now = Instant::now();
        self.messages += 1;
        if now >= period.warm {
            self.nanos.push((now - sent).as_nanos() as u64);
        }
        now < period.end
    }

    pub fn report(mut self) -> Report {
        self.nanos.sort_unstable();
        Report(vec![
            ("p50", self.percentile(50)),
            ("p99", self.percentile(99)),
            ("messages", self.messages as f64),
        ])
    }

    /// In microseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let last = self.nanos.len().saturating_sub(1);
        let nanos = self.nanos.get(last * percent / 100);
        nanos.map_or(0.0, |nanos| *nanos as f64 / 1000.0)
    }
}
