//! A named pipe that listens (Windows).

use std::io;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use crate::reactor::{Place, Reactor};
use crate::sys::{NamedPipeListener, PipeEnd};

/// How often to look whether the name is free again, and how long to wait between.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

pub struct NamedListener {
    pipe: NamedPipeListener,
    place: Place,
}

impl NamedListener {
    /// Takes the name; clients are served from [`listen`](Self::listen) on.
    pub fn bind(reactor: &Rc<Reactor>, name: &str) -> io::Result<NamedListener> {
        let place = Place::take(reactor);
        let pipe = NamedPipeListener::bind(name, place.events()?)?;
        Ok(NamedListener { pipe, place })
    }

    pub fn listen(&self) -> io::Result<()> {
        self.pipe.listen()
    }

    pub fn accept(&self) -> io::Result<PipeEnd> {
        self.pipe.accept()
    }

    pub fn arm(&self) {
        self.pipe.arm();
    }

    pub fn id(&self) -> u32 {
        self.place.key.index
    }
}

impl Drop for NamedListener {
    /// The name shall be free when the server says that it is closed. It is once the driver has seen that
    /// nobody waits for clients any more; without a follower it is us who turn it.
    fn drop(&mut self) {
        self.pipe.withdraw();
        for _ in 0..LOOKS {
            self.place.reactor().drive();
            if !self.pipe.is_offered() {
                return;
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}
