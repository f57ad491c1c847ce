//! Datagrams on their way out: sent in batches, in order, each with its true result.

use std::collections::VecDeque;
use std::io;

use bytes::{Buf, BytesMut};

use super::Udp;
use super::runs::{Datagram, MAX_RUN, alone, datagrams, group};
use crate::fault;
use crate::reactor::Source;
use crate::sys::{self, MAX_SEGMENTS, Outgoing};

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
            let data = data.get(bytes..).unwrap_or_default();
            let (lone, grouped);
            let messages: &[Outgoing<'_>] = match rest {
                [only] => {
                    lone = [alone(data, only)];
                    &lone
                }
                _ => {
                    grouped = group(data, rest, self.run_limit);
                    &grouped
                }
            };
            let finished = match sys::retry(|| sys::send(udp.socket(), messages)) {
                Ok(sent) => {
                    let finished = messages.iter().take(sent).map(datagrams).sum();
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
}

/// Errors that are about the run and not about its datagrams: EIO where the device cannot checksum,
/// EINVAL and EMSGSIZE where the datagrams are larger than the MTU (udp_send_skb, net/ipv4/udp.c).
fn refuses_runs(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EIO | libc::EINVAL | libc::EMSGSIZE | libc::EOPNOTSUPP | libc::ENOPROTOOPT)
    )
}
