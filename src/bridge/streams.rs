//! The byte streams of an environment, TCP, unix or named pipes, by the index that JavaScript calls them by.
//!
//! They are no objects of JavaScript: wrapping one in an object costs about 2 µs of making, tracing and finalizing,
//! and a method call ten times a plain function's ([`calls`](super::calls)). JavaScript says when one ends.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use napi::bindgen_prelude::{Env, Object, Result};
use napi_derive::napi;
use socket2::Socket;

use super::calls::with_stream;
use super::numbers;
use super::reactor::{Environment, Reactor};
use super::server::Server;
use super::{AddressResult, address};
use crate::panic::contain;
use crate::reactor::Place;
use crate::tcp::{self, Accepted, BindOptions, Stream};
use crate::{addr, fault, options, pipe, sys};

enum Entry {
    /// Has a local address, is not connected; its place keeps the index.
    Bound(Place, Socket),
    /// Connecting or connected.
    Open(Stream),
}

impl Entry {
    fn index(&self) -> usize {
        match self {
            Entry::Bound(place, _) => place.key.index as usize,
            Entry::Open(stream) => stream.id() as usize,
        }
    }

    /// `None` for a named pipe.
    fn socket(&self) -> Option<&Socket> {
        match self {
            Entry::Bound(_, socket) => Some(socket),
            Entry::Open(stream) => stream.socket(),
        }
    }
}

#[derive(Default)]
pub struct Streams {
    entries: RefCell<Vec<Option<Entry>>>,
    /// The socket whose attempt to connect has just failed at once: its error names the local address.
    unconnected: Cell<Option<i32>>,
}

impl Drop for Streams {
    fn drop(&mut self) {
        contain(|| {
            self.entries.take();
        });
    }
}

impl Streams {
    /// What the open stream of that index answers.
    pub fn with_open(&self, index: u32, act: impl FnOnce(&Stream) -> i32) -> i32 {
        match self.entries.borrow().get(index as usize) {
            Some(Some(Entry::Open(stream))) => act(stream),
            _ => fault::BAD_DESCRIPTOR,
        }
    }

    fn with_socket<R>(&self, index: u32, act: impl FnOnce(&Socket) -> R) -> Option<R> {
        match self.entries.borrow().get(index as usize) {
            Some(Some(entry)) => entry.socket().map(act),
            _ => None,
        }
    }

    /// The stream has to know, for it chooses where the program does not.
    fn set_no_delay(&self, index: u32, on: bool) -> i32 {
        match self.entries.borrow().get(index as usize) {
            Some(Some(Entry::Open(stream))) => fault::status(stream.set_no_delay(on)),
            Some(Some(Entry::Bound(_, socket))) => fault::status(socket.set_tcp_nodelay(on)),
            _ => fault::BAD_DESCRIPTOR,
        }
    }

    /// Sets an option: 0 or a negative error number.
    fn option(&self, index: u32, set: impl FnOnce(&Socket) -> io::Result<()>) -> i32 {
        self.with_socket(index, |socket| fault::status(set(socket)))
            .unwrap_or(fault::BAD_DESCRIPTOR)
    }

    /// The index of the new stream, or a negative error number.
    fn insert(&self, entry: io::Result<Entry>) -> i32 {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return fault::code(&error),
        };
        let index = entry.index();
        let mut streams = self.entries.borrow_mut();
        if streams.len() <= index {
            streams.resize_with(index + 1, || None);
        }
        if let Some(place) = streams.get_mut(index) {
            *place = Some(entry);
        }
        index as i32
    }

    /// A connection that is there already: its index, or a negative error number.
    fn insert_connected(&self, env: &Environment, socket: io::Result<Socket>) -> i32 {
        let stream = socket.and_then(|socket| Stream::connected(&env.core, socket));
        self.insert(stream.map(Entry::Open))
    }

    /// What a listener has taken: its index, or a negative error number.
    pub fn insert_accepted(&self, env: &Environment, connection: io::Result<Accepted>) -> i32 {
        let stream = connection.and_then(|connection| Stream::accepted(&env.core, connection));
        self.insert(stream.map(Entry::Open))
    }

    fn insert_bound(&self, env: &Environment, socket: io::Result<Socket>) -> i32 {
        self.insert(socket.map(|socket| Entry::Bound(Place::take(&env.core), socket)))
    }

    fn insert_connecting(&self, env: &Environment, socket: io::Result<Socket>) -> i32 {
        let stream = socket.and_then(|socket| Stream::connecting(&env.core, socket));
        self.insert(stream.map(Entry::Open))
    }

    fn take(&self, index: i32) -> Option<Entry> {
        let index = usize::try_from(index).ok()?;
        self.entries.borrow_mut().get_mut(index)?.take()
    }

    /// The socket that a stream begins to connect from: none for the index -1.
    fn take_bound(&self, index: i32) -> Option<Socket> {
        match self.take(index)? {
            Entry::Bound(_, socket) => Some(socket),
            Entry::Open(_) => None,
        }
    }
}

/// What is called for every stream and answers a number.
pub fn add_streams(env: &Env, calls: &mut Object<'static>, shared: &Rc<Environment>) -> Result<()> {
    // Takes the next connection of a listener: the index of its stream, or a negative error number, EAGAIN when none
    // waits.
    numbers::add(env, calls, "accept", shared, |shared, [listener]| {
        let accepted = shared
            .listeners
            .get(listener)
            .map(|listener| listener.accept());
        accepted.map_or(fault::BAD_DESCRIPTOR, |accepted| {
            shared.streams.insert_accepted(shared, accepted)
        })
    })?;
    // How the attempt to connect ended: 0 when connected.
    numbers::add(env, calls, "finishConnect", shared, |shared, [index]| {
        with_stream(shared, index, |stream| {
            fault::status(stream.finish_connect())
        })
    })?;
    // Sends FIN.
    numbers::add(env, calls, "shutdown", shared, |shared, [index]| {
        with_stream(shared, index, |stream| fault::status(stream.shutdown()))
    })?;
    // Closing will send RST instead of FIN.
    numbers::add(env, calls, "resetOnRelease", shared, |shared, [index]| {
        with_stream(shared, index, |stream| {
            fault::status(stream.reset_on_close())
        })
    })?;
    // Closes the descriptor.
    numbers::add(env, calls, "release", shared, |shared, [index]| {
        drop(shared.streams.take(index as i32));
        0
    })?;
    numbers::add(env, calls, "descriptor", shared, |shared, [index]| {
        let descriptor = shared.streams.with_socket(index, sys::descriptor);
        descriptor.unwrap_or(-1)
    })?;
    add_options(env, calls, shared)
}

fn add_options(env: &Env, calls: &mut Object<'static>, shared: &Rc<Environment>) -> Result<()> {
    numbers::add(env, calls, "setNoDelay", shared, |shared, [index, on]| {
        shared.streams.set_no_delay(index, on != 0)
    })?;
    // On or off, then idle time, interval (seconds) and count.
    numbers::add(
        env,
        calls,
        "setKeepAlive",
        shared,
        |shared, [index, on, idle, interval, count]| {
            let [idle, interval] = [idle, interval].map(|time| Duration::from_secs(time.into()));
            let set =
                |socket: &Socket| options::set_keep_alive(socket, on != 0, idle, interval, count);
            shared.streams.option(index, set)
        },
    )?;
    numbers::add(
        env,
        calls,
        "setTypeOfService",
        shared,
        |shared, [index, value]| {
            let set = |socket: &Socket| options::set_type_of_service(socket, value);
            shared.streams.option(index, set)
        },
    )?;
    numbers::add(env, calls, "typeOfService", shared, |shared, [index]| {
        let value = shared.streams.with_socket(index, |socket| {
            fault::count(options::type_of_service(socket).map(|value| value as usize))
        });
        value.unwrap_or(fault::BAD_DESCRIPTOR)
    })
}

/// Each answers the index of the stream, or a negative error number.
#[napi]
impl Reactor {
    /// Takes over a connected descriptor: TCP, unix socket or pipe.
    #[napi(catch_unwind)]
    pub fn adopt_stream(&self, fd: i32) -> i32 {
        fault::guard(|| {
            self.0
                .streams
                .insert_connected(&self.0, sys::take_descriptor(fd))
        })
    }

    /// Takes a local address before connecting.
    #[napi(catch_unwind)]
    pub fn bind_stream(&self, text: String, port: u16, ipv6_only: bool) -> i32 {
        fault::guard(|| {
            let Some(address) = addr::parse(&text, port) else {
                return fault::INVALID;
            };
            let options = BindOptions {
                ipv6_only,
                reuse_port: false,
            };
            self.0
                .streams
                .insert_bound(&self.0, tcp::bind(address, options))
        })
    }

    /// Takes over the local address of a server handle that does not listen yet.
    #[napi(catch_unwind)]
    pub fn take_bound_stream(&self, server: &Server) -> i32 {
        fault::guard(|| match server.take_bound() {
            Some(socket) => self.0.streams.insert_bound(&self.0, Ok(socket)),
            None => fault::BAD_DESCRIPTOR,
        })
    }

    /// Starts to connect to an IP address, from the local address of `bound` unless that is -1. The stream becomes
    /// ready for writing when the attempt has ended.
    #[napi(catch_unwind)]
    pub fn connect_stream(&self, bound: i32, text: String, port: u16) -> i32 {
        fault::guard(|| {
            let Some(address) = addr::parse(&text, port) else {
                return fault::INVALID;
            };
            let streams = &self.0.streams;
            let socket = match streams.take_bound(bound) {
                Some(socket) => Ok(socket),
                None => tcp::open(address),
            };
            let connecting =
                socket.and_then(
                    |socket| match tcp::start_connect(&socket, &address.into()) {
                        Ok(()) => Ok(socket),
                        Err(error) => {
                            let index = streams.insert_bound(&self.0, Ok(socket));
                            streams.unconnected.set(Some(index));
                            Err(error)
                        }
                    },
                );
            streams.insert_connecting(&self.0, connecting)
        })
    }

    /// The index that the socket of a [`connect_stream`](Self::connect_stream) which failed has, or -1.
    #[napi(catch_unwind)]
    pub fn unconnected(&self) -> i32 {
        self.0.streams.unconnected.take().unwrap_or(-1)
    }

    /// Starts to connect to a unix socket, from the path of `bound` unless that is -1, or to a named pipe.
    #[napi(catch_unwind)]
    pub fn connect_path(&self, bound: i32, path: String) -> i32 {
        fault::guard(|| {
            let streams = &self.0.streams;
            let stream = pipe::connect(&self.0.core, streams.take_bound(bound), &path);
            streams.insert(stream.map(Entry::Open))
        })
    }

    /// The local address; 0 for a unix socket.
    #[napi(catch_unwind)]
    pub fn local_address(&self, index: u32) -> AddressResult {
        let result = self
            .0
            .streams
            .with_socket(index, |socket| address(socket.local_addr()));
        result.unwrap_or(AddressResult::B(fault::BAD_DESCRIPTOR))
    }

    /// The peer's address; 0 for a unix socket.
    #[napi(catch_unwind)]
    pub fn peer_address(&self, index: u32) -> AddressResult {
        let result = self
            .0
            .streams
            .with_socket(index, |socket| address(socket.peer_addr()));
        result.unwrap_or(AddressResult::B(fault::BAD_DESCRIPTOR))
    }
}
