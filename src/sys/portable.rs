//! Where there are no datagram batches: one call per datagram, same answers.

use std::io;

use socket2::Socket;
use tokio::io::Interest;

use super::{Outgoing, Received, SLOT, retry};

/// Datagrams per receive.
pub const SLOTS: usize = 16;

/// Runs of datagrams are not known here.
pub const MAX_SEGMENTS: usize = 1;

pub fn accept(listener: &Socket) -> io::Result<Socket> {
    let (socket, _) = listener.accept()?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

pub const DATAGRAM_INTEREST: Interest = Interest::READABLE;

/// Elsewhere an error wakes a reader by itself.
pub fn report_errors(_socket: &Socket) {}

pub fn coalesce(_socket: &Socket) {}

/// Receives into the slots of `slab`. Says whether the kernel's queue was emptied.
pub fn receive(socket: &Socket, slab: &mut [u8], out: &mut Vec<Received>) -> io::Result<bool> {
    let view: std::net::UdpSocket = socket.try_clone()?.into();
    for (index, slot) in slab.chunks_exact_mut(SLOT).enumerate() {
        match retry(|| view.recv_from(slot)) {
            Ok((length, from)) => out.push(Received {
                offset: index * SLOT,
                length,
                segment: length.max(1),
                from,
            }),
            Err(error) if index == 0 => return Err(error),
            // An error behind good datagrams is met again by the next call.
            Err(_) => return Ok(true),
        }
    }
    Ok(false)
}

/// Sends messages in order and says how many the kernel took; an error is that of the first one.
pub fn send(socket: &Socket, messages: &[Outgoing<'_>]) -> io::Result<usize> {
    for (index, message) in messages.iter().enumerate() {
        let result = match message.to {
            Some(to) => retry(|| socket.send_to(message.data, &to.into())),
            None => retry(|| socket.send(message.data)),
        };
        match result {
            Ok(_) => {}
            Err(error) if index == 0 => return Err(error),
            Err(_) => return Ok(index),
        }
    }
    Ok(messages.len())
}
