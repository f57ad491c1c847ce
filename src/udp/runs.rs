//! Runs: neighbours of a batch that the kernel takes as one message and cuts into datagrams itself.

use std::net::SocketAddr;

use crate::sys::{MAX_SEGMENTS, Outgoing};

/// The largest payload of one send (IPv4 total length less its headers), a run of datagrams included.
pub const MAX_RUN: usize = 65_507;

/// Messages offered to the kernel at once.
const MAX_MESSAGES: usize = 64;

/// One datagram of a batch; the bytes of a batch lie one datagram after the other.
#[derive(Clone, Copy, Debug)]
pub struct Datagram {
    pub length: usize,
    /// `None` on a connected socket.
    pub to: Option<SocketAddr>,
}

/// The message of a datagram that has no neighbours.
pub fn alone<'a>(data: &'a [u8], datagram: &Datagram) -> Outgoing<'a> {
    Outgoing {
        data: data.get(..datagram.length).unwrap_or(data),
        segment: datagram.length,
        to: datagram.to,
    }
}

/// Neighbours of equal size and one address become a run, the last one possibly shorter. Datagrams above
/// `run_limit` bytes are no part of one.
pub fn group<'a>(mut data: &'a [u8], batch: &[Datagram], run_limit: usize) -> Vec<Outgoing<'a>> {
    let mut messages: Vec<Outgoing<'a>> = Vec::new();
    let mut batch = batch.iter().peekable();
    while let Some(first) = batch.next() {
        if messages.len() == MAX_MESSAGES {
            break;
        }
        let mut length = first.length;
        let mut segments = 1;
        let mut open = (1..=run_limit).contains(&first.length);
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

/// How many datagrams a message carries.
pub fn datagrams(message: &Outgoing<'_>) -> usize {
    if message.is_run() {
        message.data.len().div_ceil(message.segment)
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    fn grouped(run_limit: usize, batch: &[(usize, u16)]) -> Vec<(usize, usize)> {
        let batch: Vec<Datagram> = batch
            .iter()
            .map(|&(length, port)| Datagram {
                length,
                to: to(port),
            })
            .collect();
        let data = vec![0; batch.iter().map(|d| d.length).sum()];
        let messages = group(&data, &batch, run_limit);
        messages
            .iter()
            .map(|m| (m.data.len(), datagrams(m)))
            .collect()
    }

    #[test]
    fn equal_neighbours_to_one_address_make_a_run() {
        if MAX_SEGMENTS == 1 {
            assert_eq!(grouped(MAX_RUN, &[(10, 1), (10, 1)]), [(10, 1), (10, 1)]);
            return;
        }
        let batch = [(10, 1), (10, 1), (4, 1), (4, 1), (4, 2), (0, 2), (0, 2)];
        assert_eq!(
            grouped(MAX_RUN, &batch),
            [(24, 3), (4, 1), (4, 1), (0, 1), (0, 1)]
        );
        assert_eq!(
            grouped(MAX_RUN, &[(1, 1); 100]),
            [
                (MAX_SEGMENTS, MAX_SEGMENTS),
                (100 - MAX_SEGMENTS, 100 - MAX_SEGMENTS)
            ]
        );
        assert_eq!(
            grouped(MAX_RUN, &[(40_000, 1), (40_000, 1)]),
            [(40_000, 1), (40_000, 1)]
        );
    }

    #[test]
    fn a_lowered_limit_sends_larger_datagrams_alone() {
        assert_eq!(grouped(9, &[(10, 1), (10, 1)]), [(10, 1), (10, 1)]);
    }
}
