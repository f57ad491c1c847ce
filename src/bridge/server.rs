//! The listening handle: TCP, unix or a named pipe.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use napi_derive::napi;

use super::reactor::{Environment, Reactor};
use super::{AddressResult, address};
use crate::panic::contain;
use crate::pipe::{self, Bound, BoundPath, NamedListener};
use crate::tcp::{self, BindOptions, Listener};
use crate::{addr, fault, sys};

enum State {
    Empty,
    Bound(socket2::Socket),
    BoundPipe(NamedListener),
    Listening(Rc<Listener>),
}

/// The listeners of an environment, by the index that JavaScript calls them by.
#[derive(Default)]
pub struct Listeners(RefCell<HashMap<u32, Rc<Listener>>>);

impl Listeners {
    fn add(&self, listener: &Rc<Listener>) {
        let mut all = self.0.borrow_mut();
        all.insert(listener.id(), listener.clone());
    }

    fn remove(&self, listener: &Listener) {
        self.0.borrow_mut().remove(&listener.id());
    }

    pub fn get(&self, index: u32) -> Option<Rc<Listener>> {
        self.0.borrow().get(&index).cloned()
    }
}

#[napi]
pub struct Server {
    env: Rc<Environment>,
    state: RefCell<State>,
    path: RefCell<Option<BoundPath>>,
}

#[napi]
impl Server {
    #[napi(constructor, catch_unwind)]
    pub fn new(reactor: &Reactor) -> Server {
        Server {
            env: reactor.0.clone(),
            state: RefCell::new(State::Empty),
            path: RefCell::new(None),
        }
    }

    /// Takes an IP address. 0 or a negative error number.
    #[napi(catch_unwind)]
    pub fn bind(&self, text: String, port: u16, ipv6_only: bool, reuse_port: bool) -> i32 {
        fault::guard(|| {
            let Some(address) = addr::parse(&text, port) else {
                return fault::INVALID;
            };
            let options = BindOptions {
                ipv6_only,
                reuse_port,
            };
            fault::status(tcp::bind(address, options).map(|socket| self.hold(socket)))
        })
    }

    /// Takes a path, a Linux abstract name, or the name of a pipe.
    #[napi(catch_unwind)]
    pub fn bind_path(&self, path: String) -> i32 {
        fault::guard(|| {
            fault::status(pipe::bind(&self.env.core, &path).map(|bound| match bound {
                Bound::Unix(socket, file) => {
                    self.path.replace(Some(file));
                    self.hold(socket);
                }
                Bound::Named(pipe) => {
                    self.state.replace(State::BoundPipe(pipe));
                }
            }))
        })
    }

    /// Takes over a descriptor that is bound already.
    #[napi(catch_unwind)]
    pub fn adopt(&self, fd: i32) -> i32 {
        fault::guard(|| fault::status(sys::take_descriptor(fd).map(|socket| self.hold(socket))))
    }

    /// The bound socket, for a stream that connects from its address.
    pub(super) fn take_bound(&self) -> Option<socket2::Socket> {
        match self.state.replace(State::Empty) {
            State::Bound(socket) => Some(socket),
            other => {
                self.state.replace(other);
                None
            }
        }
    }

    fn hold(&self, socket: socket2::Socket) {
        self.state.replace(State::Bound(socket));
    }

    fn serve(&self, listener: Listener) {
        let listener = Rc::new(listener);
        self.env.listeners.add(&listener);
        self.state.replace(State::Listening(listener));
    }

    #[napi(catch_unwind)]
    pub fn listen(&self, backlog: i32) -> i32 {
        fault::guard(|| {
            match self.state.replace(State::Empty) {
                State::Bound(socket) => {
                    let listener = Listener::listen(&self.env.core, socket, backlog);
                    fault::status(listener.map(|listener| self.serve(listener)))
                }
                State::BoundPipe(pipe) => {
                    let listening = pipe.listen();
                    fault::status(listening.map(|()| self.serve(Listener::Pipe(pipe))))
                }
                // As listen(2): only the backlog changes. A pipe has none.
                State::Listening(listener) => {
                    let socket = listener.socket();
                    let status = socket.map_or(0, |socket| fault::status(socket.listen(backlog)));
                    self.state.replace(State::Listening(listener));
                    status
                }
                State::Empty => fault::BAD_DESCRIPTOR,
            }
        })
    }

    /// Connections may wait that no turn will find by itself: puts the handle on the ready list. 0 or a
    /// negative error number.
    #[napi(catch_unwind)]
    pub fn arm(&self) -> i32 {
        fault::guard(|| {
            if let State::Listening(listener) = &*self.state.borrow() {
                listener.arm();
            }
            0
        })
    }

    fn with_socket<R>(&self, act: impl FnOnce(&socket2::Socket) -> R) -> Option<R> {
        match &*self.state.borrow() {
            State::Bound(socket) => Some(act(socket)),
            State::Listening(listener) => listener.socket().map(act),
            State::BoundPipe(_) | State::Empty => None,
        }
    }

    /// The local address; 0 for a unix socket.
    #[napi(catch_unwind)]
    pub fn local_address(&self) -> AddressResult {
        self.with_socket(|socket| address(socket.local_addr()))
            .unwrap_or(AddressResult::B(fault::BAD_DESCRIPTOR))
    }

    /// The index under which the ready list names this handle, or -1.
    #[napi(catch_unwind)]
    pub fn id(&self) -> i32 {
        match &*self.state.borrow() {
            State::Listening(listener) => listener.id() as i32,
            _ => -1,
        }
    }

    /// The descriptor, or -1.
    #[napi(catch_unwind)]
    pub fn descriptor(&self) -> i32 {
        self.with_socket(sys::descriptor).unwrap_or(-1)
    }

    /// Closes the descriptor and removes the path.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        self.path.take();
        if let State::Listening(listener) = self.state.replace(State::Empty) {
            self.env.listeners.remove(&listener);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        contain(|| {
            self.release();
        });
    }
}
