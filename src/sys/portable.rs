//! Where there are no datagram batches: one call per datagram, same answers.
//!
//! To test it on Linux: `npm run build -- --features portable --output-dir native/portable`, then
//! `FERRONET_NATIVE=native/portable/ferronet.linux-x64-gnu.node npm test` (`lib/binding.js`).
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;

use socket2::Socket;

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

pub fn coalesce(_socket: &Socket, _on: bool) {}

/// None is used here.
pub fn batch_features() -> Vec<&'static str> {
    Vec::new()
}

/// Receives into the slots of `slab`. Says whether the kernel's queue was emptied.
pub fn receive(socket: &Socket, slab: &mut [u8], out: &mut Vec<Received>) -> io::Result<bool> {
    for (index, slot) in slab.chunks_exact_mut(SLOT).enumerate() {
        // SAFETY: MaybeUninit<u8> has the layout of u8, and recv_from writes only initialized bytes.
        let slot = unsafe { &mut *(std::ptr::from_mut(slot) as *mut [MaybeUninit<u8>]) };
        match retry(|| socket.recv_from(slot)) {
            Ok((length, from)) => {
                let Some(from) = from.as_socket() else {
                    continue;
                };
                out.push(Received {
                    offset: index * SLOT,
                    length,
                    segment: length.max(1),
                    from,
                });
            }
            Err(error) if out.is_empty() => return Err(error),
            Err(error) => return Ok(error.kind() == io::ErrorKind::WouldBlock),
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
