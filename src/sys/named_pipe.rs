//! Named pipes of Windows, by Tokio's: byte streams as libuv makes them of pipes, which have no half that
//! could be ended alone (libuv, src/win/pipe.c).
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer};
use tokio::runtime::Handle;

use super::Events;
use crate::panic::contain;

/// A path is the name of a pipe here.
pub const NAMED_PIPES: bool = true;

/// How long to wait for a free instance (libuv, `pipe_connect_thread_proc`).
const BUSY_LIMIT: Duration = Duration::from_secs(30);

/// After our own end the pipe is closed once nothing came for so long (libuv, `eof_timeout`).
const QUIET: Duration = Duration::from_millis(50);

/// Tokio copies what it is given to write, whole.
pub(super) const MAX_WRITE: usize = 64 << 10;

// winerror.h
pub(super) const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_SEM_TIMEOUT: i32 = 121;
const ERROR_PIPE_BUSY: i32 = 231;
const ERROR_NO_DATA: i32 = 232;

pub(super) fn system(error: i32) -> io::Error {
    io::Error::from_raw_os_error(error)
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn WaitNamedPipeW(name: *const u16, milliseconds: u32) -> i32;
}

/// Whether an instance of the pipe waits for a client within the time.
pub(super) fn wait_for_instance(name: &str, time: Duration) -> bool {
    let wide = std::ffi::OsStr::new(name).encode_wide().chain(Some(0));
    let wide: Vec<u16> = wide.collect();
    // SAFETY: a NUL-terminated string that outlives the call.
    unsafe { WaitNamedPipeW(wide.as_ptr(), time.as_millis() as u32) != 0 }
}

/// One end of a connected pipe.
pub enum PipeEnd {
    Server(NamedPipeServer),
    Client(NamedPipeClient),
}

impl PipeEnd {
    fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            PipeEnd::Server(pipe) => pipe.poll_read_ready(context),
            PipeEnd::Client(pipe) => pipe.poll_read_ready(context),
        }
    }

    fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            PipeEnd::Server(pipe) => pipe.poll_write_ready(context),
            PipeEnd::Client(pipe) => pipe.poll_write_ready(context),
        }
    }

    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            PipeEnd::Server(pipe) => pipe.try_read(buffer),
            PipeEnd::Client(pipe) => pipe.try_read(buffer),
        }
    }

    fn write(&self, data: &[u8]) -> io::Result<usize> {
        match self {
            PipeEnd::Server(pipe) => pipe.try_write(data),
            PipeEnd::Client(pipe) => pipe.try_write(data),
        }
    }
}

/// Repeats a call that would block until the waker is registered for the next readiness.
fn armed<R>(
    mut call: impl FnMut() -> io::Result<R>,
    mut poll: impl FnMut() -> Poll<io::Result<()>>,
) -> io::Result<R> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => match poll() {
                Poll::Pending => return Err(error),
                Poll::Ready(ready) => ready?,
            },
            result => return result,
        }
    }
}

enum State {
    /// All instances are taken; until when to wait for a free one.
    Busy(String, Instant),
    Open(PipeEnd),
    /// Closed by our own end.
    Ended,
}

/// A byte stream over a pipe.
pub struct NamedPipe {
    state: RefCell<State>,
    events: Events,
    /// Since our own end: whether the driver has been turned after [`QUIET`] without data.
    ending: RefCell<Option<Arc<AtomicBool>>>,
    last_read: Cell<Instant>,
}

impl NamedPipe {
    /// A pipe that a listener has accepted.
    pub fn connected(end: PipeEnd, events: Events) -> io::Result<NamedPipe> {
        Ok(Self::with(State::Open(end), events))
    }

    /// Opens a pipe by name. The write waker is called when [`finish_connect`](Self::finish_connect)
    /// can tell more.
    pub fn connect(name: &str, events: Events) -> io::Result<NamedPipe> {
        let until = Instant::now() + BUSY_LIMIT;
        events.write.wake_by_ref();
        Ok(Self::with(State::Busy(name.to_owned(), until), events))
    }

    fn with(state: State, events: Events) -> NamedPipe {
        NamedPipe {
            state: RefCell::new(state),
            events,
            ending: RefCell::new(None),
            last_read: Cell::new(Instant::now()),
        }
    }

    /// The outcome of the attempt; `WouldBlock` while all instances are taken.
    pub fn finish_connect(&self) -> io::Result<()> {
        let mut state = self.state.borrow_mut();
        let State::Busy(name, until) = &*state else {
            return Ok(());
        };
        match open(&self.events.runtime, name) {
            Ok(pipe) => {
                *state = State::Open(PipeEnd::Client(pipe));
                Ok(())
            }
            Err(error) if error.raw_os_error() == Some(ERROR_PIPE_BUSY) => {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(system(ERROR_SEM_TIMEOUT));
                }
                let (name, events) = (name.clone(), self.events.clone());
                in_background(move || {
                    // Whatever became of it, the attempt goes on.
                    contain(|| {
                        wait_for_instance(&name, left);
                    });
                    wake(&events.write, &events.runtime);
                })?;
                Err(io::ErrorKind::WouldBlock.into())
            }
            Err(error) => Err(error),
        }
    }

    /// Calls the read waker as soon as there is something to read.
    pub fn arm_read(&self) {
        let ready = match &*self.state.borrow() {
            State::Open(end) => end.poll_read_ready(&mut self.reading()).is_ready(),
            State::Busy(..) => false,
            State::Ended => true,
        };
        if ready {
            self.events.read.wake_by_ref();
        }
    }

    fn reading(&self) -> Context<'_> {
        Context::from_waker(&self.events.read)
    }

    /// Reads once. 0 is the end; `WouldBlock` means that the read waker will be called.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state.borrow_mut();
        let end = match &*state {
            State::Open(end) => end,
            State::Busy(..) => return Err(io::ErrorKind::WouldBlock.into()),
            State::Ended => return Ok(0),
        };
        let room = buffer.len();
        let result = armed(
            || end.read(buffer),
            || end.poll_read_ready(&mut self.reading()),
        );
        match &result {
            Ok(count) => {
                self.heard();
                // Tokio reads ahead in small pieces: there may be more.
                if *count < room && end.poll_read_ready(&mut self.reading()).is_ready() {
                    self.events.read.wake_by_ref();
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if self.is_over() {
                    self.ending.take();
                    *state = State::Ended;
                    return Ok(0);
                }
            }
            Err(_) => {}
        }
        result
    }

    fn heard(&self) {
        self.last_read.set(Instant::now());
        if let Some(quiet) = &*self.ending.borrow() {
            quiet.store(false, Ordering::Release);
        }
    }

    fn is_over(&self) -> bool {
        let ending = self.ending.borrow();
        let quiet = ending.as_ref().map(|quiet| quiet.load(Ordering::Acquire));
        quiet == Some(true) && self.last_read.get().elapsed() >= QUIET
    }

    /// Writes some; `WouldBlock` means that the write waker will be called.
    pub fn write(&self, data: &[u8]) -> io::Result<usize> {
        let State::Open(end) = &*self.state.borrow() else {
            return Err(system(ERROR_NO_DATA));
        };
        let some = data.get(..MAX_WRITE).unwrap_or(data);
        let mut context = Context::from_waker(&self.events.write);
        armed(|| end.write(some), || end.poll_write_ready(&mut context))
    }

    /// Ends the stream. A pipe has no half to close, so that the peer learns of it when the whole is
    /// closed: as soon as the program reads and nothing comes any more, as with libuv.
    pub fn shutdown(&self) -> io::Result<()> {
        let quiet = Arc::new(AtomicBool::new(false));
        let (ending, events) = (Arc::downgrade(&quiet), self.events.clone());
        in_background(move || look_again(&ending, &events))?;
        self.last_read.set(Instant::now());
        self.ending.replace(Some(quiet));
        Ok(())
    }
}

/// Wakes the reader now and then, until it has found the peer quiet or the pipe is gone. Before that the
/// driver is turned, so that a reader that comes late has first what came in time.
fn look_again(ending: &Weak<AtomicBool>, events: &Events) {
    while ending.strong_count() > 0 {
        thread::sleep(QUIET);
        let (turned, wait) = mpsc::channel();
        events.runtime.spawn(async move { turned.send(()) });
        // The task is dropped, unrun, when the driver ends.
        if wait.recv().is_err() {
            return;
        }
        if let Some(quiet) = ending.upgrade() {
            quiet.store(true, Ordering::Release);
        }
        wake(&events.read, &events.runtime);
    }
}

/// Wakes from a thread of our own: whoever sleeps in the driver has to look at the ready list.
fn wake(waker: &Waker, runtime: &Handle) {
    waker.wake_by_ref();
    runtime.spawn(async {});
}

fn in_background(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name("ferronet-pipe".into());
    thread.spawn(work).map(drop)
}

/// For reading and writing, or for what of the two the pipe allows.
fn open(runtime: &Handle, name: &str) -> io::Result<NamedPipeClient> {
    let _context = runtime.enter();
    let mut result = ClientOptions::new().open(name);
    for (read, write) in [(true, false), (false, true)] {
        match &result {
            Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED) => {
                result = ClientOptions::new().read(read).write(write).open(name);
            }
            _ => break,
        }
    }
    result
}
