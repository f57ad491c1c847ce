//! The stream handle: TCP or unix, accepted, connecting, connected or adopted.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use napi_derive::napi;

use super::reactor::{Environment, Reactor};
use super::server::Server;
use super::{AddressResult, address};
use crate::tcp::{self, BindOptions, Stream};
use crate::{addr, fault, options, pipe, sys};

enum State {
    Empty,
    /// Has a local address, is not connected.
    Bound(socket2::Socket),
    Open(Rc<Stream>),
}

#[napi]
pub struct Socket {
    env: Rc<Environment>,
    state: RefCell<State>,
}

#[napi]
impl Socket {
    #[napi(constructor, catch_unwind)]
    pub fn new(reactor: &Reactor) -> Socket {
        Socket {
            env: reactor.0.clone(),
            state: RefCell::new(State::Empty),
        }
    }

    /// Becomes the connection that a server has just taken. Its index (see [`open`](Self::open)) or a
    /// negative error number.
    #[napi(catch_unwind)]
    pub fn accept(&self, server: &Server) -> i32 {
        match server.take_accepted() {
            Some(socket) => self.open(Stream::connected(&self.env.core, socket)),
            None => fault::BAD_DESCRIPTOR,
        }
    }

    /// Takes over a connected descriptor: TCP, unix socket or pipe. Its index or a negative error number.
    #[napi(catch_unwind)]
    pub fn adopt(&self, fd: i32) -> i32 {
        let stream =
            sys::take_descriptor(fd).and_then(|socket| Stream::connected(&self.env.core, socket));
        self.open(stream)
    }

    /// The index by which the ready list and [`calls`](super::calls) name the stream.
    fn open(&self, stream: std::io::Result<Stream>) -> i32 {
        fault::count(stream.map(|stream| {
            let stream = Rc::new(stream);
            let index = stream.id() as usize;
            self.env.add_stream(&stream);
            self.state.replace(State::Open(stream));
            index
        }))
    }

    /// Takes a local address before connecting.
    #[napi(catch_unwind)]
    pub fn bind(&self, text: String, port: u16, ipv6_only: bool) -> i32 {
        let Some(address) = addr::parse(&text, port) else {
            return fault::INVALID;
        };
        let options = BindOptions {
            ipv6_only,
            reuse_port: false,
        };
        fault::status(tcp::bind(address, options).map(|socket| {
            self.state.replace(State::Bound(socket));
        }))
    }

    /// Takes over the local address of a server handle that does not listen yet.
    #[napi(catch_unwind)]
    pub fn take_bound(&self, server: &Server) -> i32 {
        match server.take_bound() {
            Some(socket) => {
                self.state.replace(State::Bound(socket));
                0
            }
            None => fault::BAD_DESCRIPTOR,
        }
    }

    /// Starts to connect to an IP address. Its index or a negative error number; it becomes ready for writing
    /// when the attempt has ended.
    #[napi(catch_unwind)]
    pub fn connect(&self, text: String, port: u16) -> i32 {
        let Some(address) = addr::parse(&text, port) else {
            return fault::INVALID;
        };
        let bound = match self.state.replace(State::Empty) {
            State::Bound(socket) => Some(socket),
            State::Empty => None,
            open => {
                self.state.replace(open);
                return -libc::EALREADY;
            }
        };
        self.connecting(tcp::connect(bound, address))
    }

    /// Starts to connect to a unix socket, as [`connect`](Self::connect).
    #[napi(catch_unwind)]
    pub fn connect_path(&self, path: String) -> i32 {
        let bound = match self.state.replace(State::Empty) {
            State::Bound(socket) => Some(socket),
            _ => None,
        };
        self.connecting(pipe::connect(bound, &path))
    }

    fn connecting(&self, socket: std::io::Result<socket2::Socket>) -> i32 {
        self.open(socket.and_then(|socket| Stream::connecting(&self.env.core, socket)))
    }

    /// Closing will send RST instead of FIN.
    #[napi(catch_unwind)]
    pub fn reset_on_release(&self) -> i32 {
        self.with_stream(|stream| fault::status(stream.reset_on_close()))
    }

    fn with_stream(&self, act: impl FnOnce(&Stream) -> i32) -> i32 {
        match &*self.state.borrow() {
            State::Open(stream) => act(stream),
            _ => fault::BAD_DESCRIPTOR,
        }
    }

    fn with_socket<R>(&self, act: impl FnOnce(&socket2::Socket) -> R) -> Option<R> {
        match &*self.state.borrow() {
            State::Bound(socket) => Some(act(socket)),
            State::Open(stream) => Some(act(stream.socket())),
            State::Empty => None,
        }
    }

    fn option(&self, set: impl FnOnce(&socket2::Socket) -> std::io::Result<()>) -> i32 {
        self.with_socket(|socket| fault::status(set(socket)))
            .unwrap_or(fault::BAD_DESCRIPTOR)
    }

    #[napi(catch_unwind)]
    pub fn set_no_delay(&self, on: bool) -> i32 {
        self.option(|socket| options::set_no_delay(socket, on))
    }

    /// Times in seconds.
    #[napi(catch_unwind)]
    pub fn set_keep_alive(&self, on: bool, idle: u32, interval: u32, count: u32) -> i32 {
        let seconds = |value: u32| Duration::from_secs(value.into());
        self.option(|socket| {
            options::set_keep_alive(socket, on, seconds(idle), seconds(interval), count)
        })
    }

    #[napi(catch_unwind)]
    pub fn set_type_of_service(&self, value: u32) -> i32 {
        self.option(|socket| options::set_type_of_service(socket, value))
    }

    #[napi(catch_unwind)]
    pub fn type_of_service(&self) -> i32 {
        self.with_socket(|socket| {
            fault::count(options::type_of_service(socket).map(|value| value as usize))
        })
        .unwrap_or(fault::BAD_DESCRIPTOR)
    }

    /// The local address; 0 for a unix socket.
    #[napi(catch_unwind)]
    pub fn local_address(&self) -> AddressResult {
        self.with_socket(|socket| address(socket.local_addr()))
            .unwrap_or(AddressResult::B(fault::BAD_DESCRIPTOR))
    }

    /// The peer's address; 0 for a unix socket.
    #[napi(catch_unwind)]
    pub fn peer_address(&self) -> AddressResult {
        self.with_socket(|socket| address(socket.peer_addr()))
            .unwrap_or(AddressResult::B(fault::BAD_DESCRIPTOR))
    }

    /// The descriptor, or -1.
    #[napi(catch_unwind)]
    pub fn descriptor(&self) -> i32 {
        self.with_socket(sys::descriptor).unwrap_or(-1)
    }

    /// Closes the descriptor.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        if let State::Open(stream) = self.state.replace(State::Empty) {
            self.env.remove_stream(&stream);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.release();
    }
}
