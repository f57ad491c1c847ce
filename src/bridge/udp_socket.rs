//! The UDP handle. Datagrams cross in batches, in `udp_batches.rs`.

use std::cell::RefCell;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::rc::Rc;

use napi::bindgen_prelude::{Env, Object, Result};
use napi_derive::napi;

use super::numbers;
use super::reactor::Reactor;
use super::udp_batches::Batches;
use super::{AddressResult, address};
use crate::sys;
use crate::udp::{self, BindOptions, Outbox, Udp};
use crate::{addr, fault};

#[napi]
pub struct UdpSocket(Rc<Batches>);

impl Deref for UdpSocket {
    type Target = Batches;

    fn deref(&self) -> &Batches {
        &self.0
    }
}

#[napi]
impl UdpSocket {
    #[napi(constructor, catch_unwind)]
    pub fn new(reactor: &Reactor, v6: bool) -> UdpSocket {
        UdpSocket(Rc::new(Batches {
            env: reactor.0.clone(),
            v6,
            udp: RefCell::new(None),
            outbox: RefCell::default(),
            received: RefCell::default(),
            peers: RefCell::default(),
            results: RefCell::default(),
            batch: RefCell::default(),
        }))
    }

    /// `receive()` and `sendBatch(count)`: called per event, so plain functions (see `calls.rs`).
    #[napi(catch_unwind)]
    pub fn calls(&self, env: Env) -> Result<Object<'static>> {
        let mut calls = Object::new(&env)?;
        numbers::add(&env, &mut calls, "receive", &self.0, |batches, []| {
            batches.receive()
        })?;
        numbers::add(
            &env,
            &mut calls,
            "sendBatch",
            &self.0,
            |batches, [count]| batches.send_batch(count),
        )?;
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
        fault::guard(|| {
            let Some(address) = addr::parse(&text, port) else {
                return fault::INVALID;
            };
            let options = BindOptions {
                ipv6_only,
                reuse_address,
                reuse_port,
            };
            self.open(Udp::bind(&self.env.core, address, options, self.v6))
        })
    }

    /// Takes any address of a family, that of a group to join.
    #[napi(catch_unwind)]
    pub fn bind_any(&self, v6: bool) -> i32 {
        fault::guard(|| {
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
        })
    }

    /// Takes over a descriptor and starts to receive.
    #[napi(catch_unwind)]
    pub fn adopt(&self, fd: i32) -> i32 {
        fault::guard(|| {
            let socket = sys::take_descriptor(fd);
            self.open(socket.and_then(|socket| Udp::adopt(&self.env.core, socket)))
        })
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
        fault::guard(|| match self.parse(&text, port) {
            Some(address) => self.with(|udp| udp.connect(address)),
            None => fault::INVALID,
        })
    }

    #[napi(catch_unwind)]
    pub fn disconnect(&self) -> i32 {
        fault::guard(|| self.with(Udp::disconnect))
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

    /// Asks for readiness; at once if datagrams wait already. 0 or a negative error number.
    #[napi(catch_unwind)]
    pub fn arm(&self) -> i32 {
        fault::guard(|| {
            if let Some(udp) = &*self.udp.borrow() {
                udp.source().arm_read();
            }
            0
        })
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
    pub fn resume_sending(&self) -> i32 {
        fault::guard(|| self.0.resume_sending() as i32)
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
                udp.share();
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
