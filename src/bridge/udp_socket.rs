//! The UDP handle. Datagrams cross in batches, through the blocks of the [`Environment`].

use std::cell::RefCell;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use napi::bindgen_prelude::{Env, JsObjectValue, Object, Result};
use napi_derive::napi;

use super::reactor::{Environment, Reactor};
use super::{AddressResult, address};
use crate::sys::{self, Received};
use crate::udp::{self, BindOptions, Datagram, Outbox, Udp};
use crate::{addr, fault};

/// Columns of the `received` block: offset, length, segment, port, IPv4 address, flags.
const RECEIVED_COLUMNS: usize = 6;
/// Flag of a received message: an IPv6 sender, whose text [`UdpSocket::sender`] tells.
const FROM_V6: i32 = 1;
/// Flag of a received message: the same address as the one before it.
const SAME_SENDER: i32 = 2;

/// Columns of the `outgoing_info` block: length, peer, port. Results come back in the first column.
const OUTGOING_COLUMNS: usize = 3;

#[napi]
pub struct UdpSocket(Rc<Inner>);

impl Deref for UdpSocket {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the methods share with the functions of [`UdpSocket::calls`].
pub struct Inner {
    env: Rc<Environment>,
    v6: bool,
    udp: RefCell<Option<Udp>>,
    outbox: RefCell<Outbox>,
    received: RefCell<Vec<Received>>,
    /// Addresses that JavaScript sends to, by the number it knows them by.
    peers: RefCell<Vec<SocketAddr>>,
    results: RefCell<Vec<i32>>,
}

#[napi]
impl UdpSocket {
    #[napi(constructor, catch_unwind)]
    pub fn new(reactor: &Reactor, v6: bool) -> UdpSocket {
        UdpSocket(Rc::new(Inner {
            env: reactor.0.clone(),
            v6,
            udp: RefCell::new(None),
            outbox: RefCell::default(),
            received: RefCell::default(),
            peers: RefCell::default(),
            results: RefCell::default(),
        }))
    }

    /// `receive()` and `sendBatch(count)`: called per event, so plain functions (see `calls.rs`).
    #[napi(catch_unwind)]
    pub fn calls(&self, env: Env) -> Result<Object<'static>> {
        let mut calls = Object::new(&env)?;
        let inner = self.0.clone();
        let receive = env.create_function_from_closure::<(), i32, _>("receive", move |_| {
            Ok(catch_unwind(AssertUnwindSafe(|| inner.receive())).unwrap_or(-libc::EIO))
        })?;
        calls.set_named_property("receive", receive)?;
        let inner = self.0.clone();
        let send_batch =
            env.create_function_from_closure::<(), i32, _>("sendBatch", move |arguments| {
                let count = arguments.get(0)?;
                let sent = catch_unwind(AssertUnwindSafe(|| inner.send_batch(count)));
                Ok(sent.unwrap_or(-libc::EIO))
            })?;
        calls.set_named_property("sendBatch", send_batch)?;
        Ok(calls)
    }

    /// Takes an address and starts to receive. 0 or a negative error number.
    #[napi(catch_unwind)]
    pub fn bind(
        &self,
        text: String,
        port: u16,
        ipv6_only: bool,
        reuse_address: bool,
        reuse_port: bool,
    ) -> i32 {
        let Some(address) = addr::parse(&text, port) else {
            return fault::INVALID;
        };
        let options = BindOptions {
            ipv6_only,
            reuse_address,
            reuse_port,
        };
        self.open(Udp::bind(&self.env.core, address, options, self.v6))
    }

    /// Takes any address of a family, that of a group to join.
    #[napi(catch_unwind)]
    pub fn bind_any(&self, v6: bool) -> i32 {
        let address = if v6 {
            SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
        } else {
            SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
        };
        let options = BindOptions {
            reuse_address: true,
            ..BindOptions::default()
        };
        self.open(Udp::bind(&self.env.core, address, options, v6))
    }

    /// Takes over a descriptor and starts to receive.
    #[napi(catch_unwind)]
    pub fn adopt(&self, fd: i32) -> i32 {
        let socket = sys::take_descriptor(fd);
        self.open(socket.and_then(|socket| Udp::adopt(&self.env.core, socket)))
    }

    fn open(&self, udp: std::io::Result<Udp>) -> i32 {
        fault::status(udp.map(|udp| {
            self.udp.replace(Some(udp));
        }))
    }

    fn with(&self, act: impl FnOnce(&Udp) -> std::io::Result<()>) -> i32 {
        match &*self.udp.borrow() {
            Some(udp) => fault::status(act(udp)),
            None => fault::BAD_DESCRIPTOR,
        }
    }

    /// What is wrong with the value is told before there being no socket, as libuv does.
    fn with_valid<V>(
        &self,
        value: std::io::Result<V>,
        act: impl FnOnce(&Udp, V) -> std::io::Result<()>,
    ) -> i32 {
        match value {
            Ok(value) => self.with(|udp| act(udp, value)),
            Err(error) => fault::code(&error),
        }
    }

    #[napi(catch_unwind)]
    pub fn connect(&self, text: String, port: u16) -> i32 {
        match self.parse(&text, port) {
            Some(address) => self.with(|udp| udp.connect(address)),
            None => fault::INVALID,
        }
    }

    #[napi(catch_unwind)]
    pub fn disconnect(&self) -> i32 {
        self.with(Udp::disconnect)
    }

    /// A literal of the socket's own family.
    fn parse(&self, text: &str, port: u16) -> Option<SocketAddr> {
        addr::parse(text, port).filter(|address| address.is_ipv6() == self.v6)
    }

    /// The text of a sender of the last batch.
    #[napi(catch_unwind)]
    pub fn sender(&self, message: u32) -> String {
        let received = self.received.borrow();
        received
            .get(message as usize)
            .map(|message| addr::text(&message.from))
            .unwrap_or_default()
    }

    /// Asks for readiness; at once if datagrams wait already.
    #[napi(catch_unwind)]
    pub fn arm(&self) {
        if let Some(udp) = &*self.udp.borrow() {
            udp.source().arm_read();
        }
    }

    /// The number by which `outgoing_info` names an address, or a negative error number when the text
    /// is no literal of the socket's family.
    #[napi(catch_unwind)]
    pub fn peer(&self, text: String) -> i32 {
        let Some(address) = self.parse(&text, 0) else {
            return fault::INVALID;
        };
        let mut peers = self.peers.borrow_mut();
        peers.push(address);
        (peers.len() - 1) as i32
    }

    /// Forgets all numbers of [`peer`](Self::peer).
    #[napi(catch_unwind)]
    pub fn forget_peers(&self) {
        self.peers.borrow_mut().clear();
    }

    /// There may be room: sends what waits and reports as [`send_batch`](Self::send_batch) does.
    #[napi(catch_unwind)]
    pub fn resume_sending(&self) -> u32 {
        let mut results = self.results.borrow_mut();
        results.clear();
        let mut info = self.env.outgoing_info.bytes();
        let limit = info.capacity() / OUTGOING_COLUMNS;
        if let Some(udp) = &*self.udp.borrow() {
            self.outbox.borrow_mut().resume(udp, limit, &mut results);
        }
        report(&results, &mut info)
    }

    #[napi(catch_unwind)]
    pub fn queue_count(&self) -> u32 {
        self.outbox.borrow().waiting().0 as u32
    }

    #[napi(catch_unwind)]
    pub fn queue_size(&self) -> u32 {
        self.outbox.borrow().waiting().1 as u32
    }

    #[napi(catch_unwind)]
    pub fn local_address(&self) -> AddressResult {
        match &*self.udp.borrow() {
            Some(udp) => address(udp.local_address()),
            None => AddressResult::B(fault::BAD_DESCRIPTOR),
        }
    }

    #[napi(catch_unwind)]
    pub fn peer_address(&self) -> AddressResult {
        match &*self.udp.borrow() {
            Some(udp) => address(udp.socket().peer_addr()),
            None => AddressResult::B(fault::BAD_DESCRIPTOR),
        }
    }

    #[napi(catch_unwind)]
    pub fn set_membership(&self, group: String, interface: Option<String>, join: bool) -> i32 {
        self.with(|udp| udp.set_membership(&group, interface.as_deref(), join))
    }

    #[napi(catch_unwind)]
    pub fn set_source_membership(
        &self,
        source: String,
        group: String,
        interface: Option<String>,
        join: bool,
    ) -> i32 {
        self.with(|udp| udp.set_source_membership(&source, &group, interface.as_deref(), join))
    }

    #[napi(catch_unwind)]
    pub fn set_multicast_interface(&self, interface: String) -> i32 {
        self.with_valid(
            udp::multicast_interface(&interface),
            Udp::set_multicast_interface,
        )
    }

    #[napi(js_name = "setMulticastTTL", catch_unwind)]
    pub fn set_multicast_ttl(&self, ttl: i32) -> i32 {
        self.with_valid(udp::multicast_ttl(ttl), Udp::set_multicast_ttl)
    }

    #[napi(catch_unwind)]
    pub fn set_multicast_loopback(&self, on: bool) -> i32 {
        self.with(|udp| udp.set_multicast_loopback(on))
    }

    #[napi(catch_unwind)]
    pub fn set_broadcast(&self, on: bool) -> i32 {
        self.with(|udp| udp.socket().set_broadcast(on))
    }

    #[napi(js_name = "setTTL", catch_unwind)]
    pub fn set_ttl(&self, ttl: i32) -> i32 {
        self.with_valid(udp::unicast_ttl(ttl), Udp::set_ttl)
    }

    /// SO_RCVBUF or SO_SNDBUF; a size of 0 asks. The size, or a negative error number.
    #[napi(catch_unwind)]
    pub fn buffer_size(&self, size: u32, receive: bool) -> i32 {
        // The kernel takes an int.
        if i32::try_from(size).is_err() {
            return fault::INVALID;
        }
        let size = size as usize;
        match &*self.udp.borrow() {
            Some(udp) => fault::count(match (receive, size) {
                (true, 0) => udp.socket().recv_buffer_size(),
                (false, 0) => udp.socket().send_buffer_size(),
                (true, _) => udp.socket().set_recv_buffer_size(size).map(|()| size),
                (false, _) => udp.socket().set_send_buffer_size(size).map(|()| size),
            }),
            None => fault::BAD_DESCRIPTOR,
        }
    }

    /// The index under which the ready list names this handle, or -1.
    #[napi(catch_unwind)]
    pub fn id(&self) -> i32 {
        match &*self.udp.borrow() {
            Some(udp) => udp.source().id() as i32,
            None => -1,
        }
    }

    /// The descriptor, or -1. Its other readers do not know of coalesced runs: there are none any more.
    #[napi(catch_unwind)]
    pub fn share_descriptor(&self) -> i32 {
        match &*self.udp.borrow() {
            Some(udp) => {
                udp.stop_coalescing();
                sys::descriptor(udp.socket())
            }
            None => -1,
        }
    }

    /// Closes the descriptor; what still waits to be sent is dropped.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        self.outbox.replace(Outbox::default());
        self.udp.replace(None);
    }
}

impl Inner {
    /// Receives a batch into the blocks. How many messages, or a negative error number.
    fn receive(&self) -> i32 {
        let udp = self.udp.borrow();
        let Some(udp) = udp.as_ref() else {
            return fault::BAD_DESCRIPTOR;
        };
        let mut received = self.received.borrow_mut();
        received.clear();
        let mut slab = self.env.datagrams.bytes();
        if let Err(error) = udp.receive(slab.get_mut(), &mut received) {
            return fault::code(&error);
        }
        let mut info = self.env.received.bytes();
        let mut last = None;
        for (row, message) in received.iter().enumerate() {
            let (v4, family) = match message.from {
                SocketAddr::V4(from) => (u32::from(*from.ip()) as i32, 0),
                SocketAddr::V6(_) => (0, FROM_V6),
            };
            let same = if last == Some(message.from.ip()) {
                SAME_SENDER
            } else {
                0
            };
            last = Some(message.from.ip());
            let row = row * RECEIVED_COLUMNS;
            info.put(row, message.offset as i32);
            info.put(row + 1, message.length as i32);
            info.put(row + 2, message.segment as i32);
            info.put(row + 3, message.from.port().into());
            info.put(row + 4, v4);
            info.put(row + 5, family | same);
        }
        received.len() as i32
    }

    /// Sends the first `count` datagrams of the `outgoing` block. Says how many have a result (a byte
    /// count or a negative error number) in the first column of `outgoing_info`, in order; the others
    /// wait for room, and the handle becomes ready for writing when there is some.
    fn send_batch(&self, count: u32) -> i32 {
        let mut results = self.results.borrow_mut();
        results.clear();
        let mut info = self.env.outgoing_info.bytes();
        if let Some(udp) = &*self.udp.borrow() {
            let peers = self.peers.borrow();
            let batch: Vec<Datagram> = (0..count as usize)
                .map(|row| row * OUTGOING_COLUMNS)
                .map(|row| Datagram {
                    length: info.at(row) as usize,
                    to: usize::try_from(info.at(row + 1))
                        .ok()
                        .and_then(|peer| peers.get(peer).copied())
                        .map(|mut peer| {
                            peer.set_port(info.at(row + 2) as u16);
                            peer
                        }),
                })
                .collect();
            let bytes = batch.iter().map(|datagram| datagram.length).sum();
            let block = self.env.outgoing.bytes();
            let data = block.get().get(..bytes).unwrap_or_default();
            self.outbox
                .borrow_mut()
                .send(udp, data, &batch, &mut results);
        } else {
            results.resize(count as usize, fault::BAD_DESCRIPTOR);
        }
        report(&results, &mut info) as i32
    }
}

fn report(results: &[i32], info: &mut super::memory::Bytes<'_>) -> u32 {
    for (row, &result) in results.iter().enumerate() {
        info.put(row * OUTGOING_COLUMNS, result);
    }
    results.len() as u32
}
