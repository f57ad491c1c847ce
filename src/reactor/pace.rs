//! How busy it is, and what follows from it at the end of a turn: who turns the driver from here on, and
//! whether JavaScript comes again by itself.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::waiter::Waiter;

/// Work in one drain above which JavaScript wants the driver. Measured: fewer ids take it too
/// early for a light load, more leave a thread hop in every echo of a busy one.
pub const BUSY_IDS: u32 = 4;
const BUSY_EVENTS: u32 = 64;
/// Collects within one drain that found more work.
const BUSY_COLLECTS: u32 = 2;
/// Two bells that follow a drain this closely: events come faster than bells.
const BUSY_GAP: Duration = Duration::from_micros(15);
/// Empty turns before JavaScript hands the driver back (1 is clearly worse, 3 mixed).
const IDLE_TURNS: u32 = 2;

/// What one drain did: how many handles were ready, how many events they delivered, and how often
/// collecting again found more.
pub struct Drained {
    pub ids: u32,
    pub events: u32,
    pub collects: u32,
}

impl Drained {
    fn is_busy(&self) -> bool {
        self.ids >= BUSY_IDS || self.events >= BUSY_EVENTS || self.collects >= BUSY_COLLECTS
    }
}

/// What JavaScript does after a drain.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing; a bell will come.
    Sleep,
    /// Schedule another turn.
    Turn,
}

pub struct Pace {
    /// Whether a referenced handle is active, that is, whether the program is kept alive by us.
    referenced: Cell<bool>,
    idle_turns: Cell<u32>,
    quick_bells: Cell<u32>,
    rested_at: Cell<Instant>,
    /// How long after the last event JavaScript keeps turning the driver; zero for not at all.
    busy_poll: Cell<Duration>,
    /// When busy polling ends, if no event comes.
    busy_until: Cell<Instant>,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            referenced: Cell::new(false),
            idle_turns: Cell::new(0),
            quick_bells: Cell::new(0),
            rested_at: Cell::new(Instant::now()),
            busy_poll: Cell::default(),
            busy_until: Cell::new(Instant::now()),
        }
    }
}

impl Pace {
    /// Of a hosted driver: nothing was busy yet, so the first turns are followed by sleep.
    pub fn hosted() -> Pace {
        Pace {
            idle_turns: Cell::new(IDLE_TURNS),
            ..Pace::default()
        }
    }

    pub fn set_referenced(&self, referenced: bool) {
        self.referenced.set(referenced);
    }

    pub fn set_busy_poll(&self, duration: Duration) {
        self.busy_poll.set(duration);
    }

    pub fn bell_rang(&self) {
        let quick = self.rested_at.get().elapsed() < BUSY_GAP;
        self.quick_bells
            .set(if quick { self.quick_bells.get() + 1 } else { 0 });
    }

    /// Takes note of what a drain did, and tells whether JavaScript comes again by itself although nothing
    /// calls for it.
    fn is_polling(&self, drained: &Drained) -> bool {
        if self.busy_poll.get().is_zero() {
            return false;
        }
        let now = Instant::now();
        if drained.ids > 0 {
            self.busy_until.set(now + self.busy_poll.get());
        }
        now < self.busy_until.get()
    }

    /// Ends a turn.
    pub fn rest(&self, waiter: &Waiter, drained: &Drained) -> After {
        if waiter.is_hosted() {
            self.rest_hosted(waiter, drained)
        } else if waiter.js_drives() {
            self.rest_driving(waiter, drained)
        } else {
            self.rest_following(waiter, drained)
        }
    }

    /// The host comes again as soon as the driver has something. A busy drain is followed by turns
    /// without waiting all the same, which save the sleep and the wake-up between bursts.
    fn rest_hosted(&self, waiter: &Waiter, drained: &Drained) -> After {
        let idle = match drained.ids {
            0 => self.idle_turns.get() + 1,
            _ if drained.is_busy() => 0,
            _ => self.idle_turns.get(),
        };
        self.idle_turns.set(idle.min(IDLE_TURNS));
        let goes_on = self.is_polling(drained) || idle < IDLE_TURNS;
        if goes_on && self.referenced.get() || !waiter.rest(true) {
            return After::Turn;
        }
        After::Sleep
    }

    fn rest_driving(&self, waiter: &Waiter, drained: &Drained) -> After {
        let idle = if drained.ids == 0 {
            self.idle_turns.get() + 1
        } else {
            0
        };
        self.idle_turns.set(idle);
        // While nothing of ours keeps the program alive, no immediate of ours may do so either.
        let goes_on = self.is_polling(drained) || idle < IDLE_TURNS;
        if goes_on && self.referenced.get() || !waiter.rest(true) {
            return After::Turn;
        }
        self.idle_turns.set(0);
        self.rested_at.set(Instant::now());
        waiter.hand_back();
        After::Sleep
    }

    fn rest_following(&self, waiter: &Waiter, drained: &Drained) -> After {
        let busy = self.is_polling(drained) || drained.is_busy() || self.quick_bells.get() >= 2;
        if busy && self.referenced.get() {
            waiter.want();
        }
        if !waiter.rest(false) {
            return After::Turn;
        }
        self.rested_at.set(Instant::now());
        After::Sleep
    }
}
