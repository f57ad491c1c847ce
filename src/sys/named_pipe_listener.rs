//! A named pipe that listens: instances that wait for a client each, as Windows has no queue of connections.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};

use super::Events;
use super::named_pipe::{ERROR_ACCESS_DENIED, MAX_WRITE, PipeEnd, system, wait_for_instance};

/// Instances that wait for clients (libuv's default, `uv_pipe_pending_instances`).
const INSTANCES: usize = 4;

// winerror.h
const ERROR_PATH_NOT_FOUND: i32 = 3;
const ERROR_INVALID_NAME: i32 = 123;
// winsock2.h
const WSAEACCES: i32 = 10013;
const WSAEADDRINUSE: i32 = 10048;

/// A name under which instances wait for clients.
pub struct NamedPipeListener {
    name: String,
    events: Events,
    waiting: RefCell<Vec<NamedPipeServer>>,
}

impl NamedPipeListener {
    /// Takes a name that nobody has. As libuv, a name that is none is EACCES (`uv_pipe_bind2`).
    pub fn bind(name: &str, events: Events) -> io::Result<NamedPipeListener> {
        let listener = NamedPipeListener {
            name: name.to_owned(),
            events,
            waiting: RefCell::default(),
        };
        match listener.offer(true) {
            Ok(()) => Ok(listener),
            Err(error) => Err(match error.raw_os_error() {
                Some(ERROR_ACCESS_DENIED) => system(WSAEADDRINUSE),
                Some(ERROR_PATH_NOT_FOUND | ERROR_INVALID_NAME) => system(WSAEACCES),
                _ => error,
            }),
        }
    }

    fn offer(&self, first: bool) -> io::Result<()> {
        let _context = self.events.runtime.enter();
        let pipe = ServerOptions::new()
            .first_pipe_instance(first)
            .reject_remote_clients(false)
            .in_buffer_size(MAX_WRITE as u32)
            .out_buffer_size(MAX_WRITE as u32)
            .create(&self.name)?;
        self.waiting.borrow_mut().push(pipe);
        Ok(())
    }

    /// Starts to wait for clients.
    pub fn listen(&self) -> io::Result<()> {
        self.refill()?;
        self.events.read.wake_by_ref();
        Ok(())
    }

    fn refill(&self) -> io::Result<()> {
        while self.waiting.borrow().len() < INSTANCES {
            self.offer(false)?;
        }
        Ok(())
    }

    /// The next client; `WouldBlock` means that the read waker will be called.
    pub fn accept(&self) -> io::Result<PipeEnd> {
        loop {
            let Some((pipe, result)) = self.take_done() else {
                return Err(io::ErrorKind::WouldBlock.into());
            };
            let refilled = self.refill();
            // Fewer instances will do until there can be more.
            if self.waiting.borrow().is_empty() {
                refilled?;
            }
            // An instance that failed is replaced (libuv, `uv__process_pipe_accept_req`).
            if result.is_ok() {
                return Ok(PipeEnd::Server(pipe));
            }
        }
    }

    /// The first instance that waits no more.
    fn take_done(&self) -> Option<(NamedPipeServer, io::Result<bool>)> {
        let mut waiting = self.waiting.borrow_mut();
        let mut results = waiting
            .iter()
            .map(|pipe| has_client(pipe, &self.events.read));
        let (index, result) = results
            .by_ref()
            .enumerate()
            .find(|(_, result)| !matches!(result, Ok(false)))?;
        drop(results);
        Some((waiting.remove(index), result))
    }

    /// Calls the read waker, so that clients are looked for.
    pub fn arm(&self) {
        self.events.read.wake_by_ref();
    }

    /// Gives up what waits for clients. Windows frees the name when the driver has seen that.
    pub fn withdraw(&self) {
        self.waiting.take();
    }

    /// Whether instances wait for clients still.
    pub fn is_offered(&self) -> bool {
        wait_for_instance(&self.name, Duration::from_millis(1))
    }
}

/// Whether a client has come; otherwise the waker will be called when one has. The future only starts to
/// wait (ConnectNamedPipe), which is good for all that follow it; the waker is what stays.
fn has_client(pipe: &NamedPipeServer, waker: &Waker) -> io::Result<bool> {
    let mut nobody = Context::from_waker(Waker::noop());
    let mut context = Context::from_waker(waker);
    loop {
        let connect = pin!(pipe.connect());
        match connect.poll(&mut nobody) {
            Poll::Ready(result) => return result.map(|()| true),
            Poll::Pending if pipe.poll_write_ready(&mut context).is_pending() => return Ok(false),
            Poll::Pending => {}
        }
    }
}
