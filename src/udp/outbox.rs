//! Datagrams on their way out: sent in batches, in order, each with its true result.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use bytes::{Buf, BytesMut};

use super::Udp;
use crate::fault;
use crate::reactor::Source;
use crate::sys::{self, MAX_SEGMENTS, Outgoing};

/// The largest payload of one send (IPv4 total length less its headers), a run of datagrams included.
const MAX_RUN: usize = 65_507;

/// Messages offered to the kernel at once.
const MAX_MESSAGES: usize = 64;

/// One datagram of a batch; the bytes of a batch lie one datagram after the other.
#[derive(Clone, Copy, Debug)]
pub struct Datagram {
    pub length: usize,
    /// `None` on a connected socket.
    pub to: Option<SocketAddr>,
}

/// What the kernel had no room for, and whether it takes runs.
pub struct Outbox {
    waiting: VecDeque<Datagram>,
    waiting_data: BytesMut,
    /// The largest datagram that may be part of a run: lowered when the kernel or the device refuses
    /// one (larger than the path's MTU, or no UDP_SEGMENT at all), and never raised again.
    run_limit: usize,
    /// A duplicate of the descriptor that waits for room; dropped once there is some.
    room: Option<Source>,
}

impl Default for Outbox {
    fn default() -> Outbox {
        Outbox {
            waiting: VecDeque::new(),
            waiting_data: BytesMut::new(),
            run_limit: if MAX_SEGMENTS > 1 { MAX_RUN } else { 0 },
            room: None,
        }
    }
}

impl Outbox {
    /// Sends a batch. `results` gets a byte count or a negative error number per datagram that is
    /// done, in order; the others wait for room and are reported by [`resume`](Self::resume).
    pub fn send(&mut self, udp: &Udp, data: &[u8], batch: &[Datagram], results: &mut Vec<i32>) {
        let (done, bytes) = if self.waiting.is_empty() {
            self.push_out(udp, data, batch, results)
        } else {
            (0, 0)
        };
        self.waiting.extend(batch.iter().skip(done));
        self.waiting_data
            .extend_from_slice(data.get(bytes..).unwrap_or_default());
        self.wait_for_room(udp, results);
    }

    /// There may be room again: sends at most `limit` of those that wait, and reports as
    /// [`send`](Self::send) does.
    pub fn resume(&mut self, udp: &Udp, limit: usize, results: &mut Vec<i32>) {
        self.room = None;
        let first: Vec<Datagram> = self.waiting.iter().take(limit).copied().collect();
        let mut data = std::mem::take(&mut self.waiting_data);
        let (done, bytes) = self.push_out(udp, &data, &first, results);
        data.advance(bytes);
        self.waiting_data = data;
        self.waiting.drain(..done);
        self.wait_for_room(udp, results);
    }

    /// How many datagrams and bytes wait for room.
    pub fn waiting(&self) -> (usize, usize) {
        (self.waiting.len(), self.waiting_data.len())
    }

    fn wait_for_room(&mut self, udp: &Udp, results: &mut Vec<i32>) {
        if self.waiting.is_empty() || self.room.is_some() {
            return;
        }
        match udp.source().watch_room() {
            Ok(room) => self.room = Some(room),
            Err(error) => {
                results.extend(self.waiting.drain(..).map(|_| fault::code(&error)));
                self.waiting_data.clear();
            }
        }
    }

    /// Sends until the kernel has no room; says how many datagrams and bytes are done.
    fn push_out(
        &mut self,
        udp: &Udp,
        data: &[u8],
        batch: &[Datagram],
        results: &mut Vec<i32>,
    ) -> (usize, usize) {
        let mut done = 0;
        let mut bytes = 0;
        while done < batch.len() {
            let rest = batch.get(done..).unwrap_or_default();
            let messages = self.group(data.get(bytes..).unwrap_or_default(), rest);
            let finished = match sys::retry(|| sys::send(udp.socket(), &messages)) {
                Ok(sent) => {
                    let finished = messages.iter().take(sent).map(count).sum();
                    results.extend(rest.iter().take(finished).map(|d| d.length as i32));
                    finished
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => match messages.first() {
                    Some(first) if first.is_run() && refuses_runs(&error) => {
                        self.run_limit = first.segment.saturating_sub(1);
                        continue;
                    }
                    _ => {
                        results.push(fault::code(&error));
                        1
                    }
                },
            };
            bytes += rest.iter().take(finished).map(|d| d.length).sum::<usize>();
            done += finished;
        }
        (done, bytes)
    }

    /// Neighbours of equal size and one address become a run, the last one possibly shorter.
    fn group<'a>(&self, mut data: &'a [u8], batch: &[Datagram]) -> Vec<Outgoing<'a>> {
        let mut messages: Vec<Outgoing<'a>> = Vec::new();
        let mut batch = batch.iter().peekable();
        while let Some(first) = batch.next() {
            if messages.len() == MAX_MESSAGES {
                break;
            }
            let mut length = first.length;
            let mut segments = 1;
            let mut open = (1..=self.run_limit).contains(&first.length);
            while let Some(next) = batch.next_if(|next| {
                open && segments < MAX_SEGMENTS
                    && next.to == first.to
                    && (1..=first.length).contains(&next.length)
                    && length + next.length <= MAX_RUN
            }) {
                length += next.length;
                segments += 1;
                open = next.length == first.length;
            }
            let (message, rest) = data.split_at_checked(length).unwrap_or((data, &[]));
            messages.push(Outgoing {
                data: message,
                segment: first.length,
                to: first.to,
            });
            data = rest;
        }
        messages
    }
}

/// How many datagrams a message carries.
fn count(message: &Outgoing<'_>) -> usize {
    if message.is_run() {
        message.data.len().div_ceil(message.segment)
    } else {
        1
    }
}

/// Errors that are about the run and not about its datagrams: EIO where the device cannot checksum,
/// EINVAL and EMSGSIZE where the datagrams are larger than the MTU (udp_send_skb, net/ipv4/udp.c).
fn refuses_runs(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EIO | libc::EINVAL | libc::EMSGSIZE | libc::EOPNOTSUPP | libc::ENOPROTOOPT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    fn grouped(outbox: &Outbox, batch: &[(usize, u16)]) -> Vec<(usize, usize)> {
        let batch: Vec<Datagram> = batch
            .iter()
            .map(|&(length, port)| Datagram {
                length,
                to: to(port),
            })
            .collect();
        let data = vec![0; batch.iter().map(|d| d.length).sum()];
        let messages = outbox.group(&data, &batch);
        messages.iter().map(|m| (m.data.len(), count(m))).collect()
    }

    #[test]
    fn equal_neighbours_to_one_address_make_a_run() {
        let outbox = Outbox::default();
        if MAX_SEGMENTS == 1 {
            assert_eq!(grouped(&outbox, &[(10, 1), (10, 1)]), [(10, 1), (10, 1)]);
            return;
        }
        let batch = [(10, 1), (10, 1), (4, 1), (4, 1), (4, 2), (0, 2), (0, 2)];
        assert_eq!(
            grouped(&outbox, &batch),
            [(24, 3), (4, 1), (4, 1), (0, 1), (0, 1)]
        );
        assert_eq!(
            grouped(&outbox, &[(1, 1); 100]),
            [
                (MAX_SEGMENTS, MAX_SEGMENTS),
                (100 - MAX_SEGMENTS, 100 - MAX_SEGMENTS)
            ]
        );
        assert_eq!(
            grouped(&outbox, &[(40_000, 1), (40_000, 1)]),
            [(40_000, 1), (40_000, 1)]
        );
    }

    #[test]
    fn a_lowered_limit_sends_larger_datagrams_alone() {
        let outbox = Outbox {
            run_limit: 9,
            ..Outbox::default()
        };
        assert_eq!(grouped(&outbox, &[(10, 1), (10, 1)]), [(10, 1), (10, 1)]);
    }
}
