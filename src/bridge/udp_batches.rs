//! Datagrams crossing in batches, through the blocks of the [`Environment`]: what a UDP handle does for
//! every event.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use super::memory::Bytes;
use super::reactor::Environment;
use crate::fault;
use crate::panic::contain;
use crate::sys::Received;
use crate::udp::{Datagram, Outbox, Udp};

/// Columns of the `received` block: offset, length, segment, port, IPv4 address, flags.
const RECEIVED_COLUMNS: usize = 6;
/// Flag of a received message: an IPv6 sender, whose text `UdpSocket::sender` tells.
const FROM_V6: i32 = 1;
/// Flag of a received message: the same address as the one before it.
const SAME_SENDER: i32 = 2;

/// Columns of the `outgoing_info` block: length, peer, port. Results come back in the first column.
const OUTGOING_COLUMNS: usize = 3;

/// What the methods share with the functions of `UdpSocket::calls`.
pub struct Batches {
    pub env: Rc<Environment>,
    pub v6: bool,
    pub udp: RefCell<Option<Udp>>,
    pub outbox: RefCell<Outbox>,
    pub received: RefCell<Vec<Received>>,
    /// Addresses that JavaScript sends to, by the number it knows them by.
    pub peers: RefCell<Vec<SocketAddr>>,
    pub results: RefCell<Vec<i32>>,
    /// The batch that is being sent; kept for its memory.
    pub batch: RefCell<Vec<Datagram>>,
}

impl Batches {
    /// Receives a batch into the blocks. How many messages, or a negative error number.
    pub fn receive(&self) -> i32 {
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
    pub fn send_batch(&self, count: u32) -> i32 {
        let mut results = self.results.borrow_mut();
        results.clear();
        let mut info = self.env.outgoing_info.bytes();
        if let Some(udp) = &*self.udp.borrow() {
            let peers = self.peers.borrow();
            let mut batch = self.batch.borrow_mut();
            batch.clear();
            batch.extend((0..count as usize).map(|row| {
                let row = row * OUTGOING_COLUMNS;
                let peer = usize::try_from(info.at(row + 1)).ok();
                let mut to = peer.and_then(|peer| peers.get(peer).copied());
                if let Some(to) = &mut to {
                    to.set_port(info.at(row + 2) as u16);
                }
                Datagram {
                    length: info.at(row) as usize,
                    to,
                }
            }));
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

    /// There may be room: sends what waits and reports as [`send_batch`](Self::send_batch) does.
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
}

impl Drop for Batches {
    fn drop(&mut self) {
        contain(|| {
            self.outbox.take();
            self.udp.take();
        });
    }
}

fn report(results: &[i32], info: &mut Bytes<'_>) -> u32 {
    for (row, &result) in results.iter().enumerate() {
        info.put(row * OUTGOING_COLUMNS, result);
    }
    results.len() as u32
}
