//! Grouping datagrams into runs: every byte leaves once and in order, to its own address, and the kernel cuts a
//! run into the very datagrams that were put in.
#![no_main]

use std::net::SocketAddr;

use ferronet::sys::MAX_SEGMENTS;
use ferronet::udp::runs::{Datagram, MAX_RUN, datagrams, group};
use libfuzzer_sys::fuzz_target;

/// Per datagram: its length, how often it is repeated, and which of few addresses it goes to.
type Input = (u16, Vec<(u16, u8, u8)>);

fuzz_target!(|input: Input| {
    let (run_limit, spans) = input;
    let mut batch = Vec::new();
    for (length, repeat, to) in spans.into_iter().take(16) {
        let to = (to % 4 > 0).then(|| SocketAddr::from(([127, 0, 0, 1], u16::from(to % 4))));
        let length = usize::from(length).min(MAX_RUN);
        batch.resize(
            batch.len() + usize::from(repeat % 80),
            Datagram { length, to },
        );
    }
    let total = batch.iter().map(|datagram| datagram.length).sum();
    let data: Vec<u8> = (0..total).map(|at: usize| at as u8).collect();

    let mut sent = 0;
    let mut bytes = 0;
    while sent < batch.len() {
        let messages = group(&data[bytes..], &batch[sent..], run_limit.into());
        assert!(!messages.is_empty() && messages.len() <= 64);
        for message in messages {
            let count = datagrams(&message);
            assert!(count <= MAX_SEGMENTS && message.data.len() <= MAX_RUN);
            assert_eq!(message.data.as_ptr(), data[bytes..].as_ptr());
            let mut rest = message.data.len();
            for datagram in &batch[sent..sent + count] {
                assert_eq!(datagram.to, message.to);
                assert_eq!(datagram.length, rest.min(message.segment));
                rest -= datagram.length;
            }
            assert_eq!(rest, 0);
            sent += count;
            bytes += message.data.len();
        }
    }
    assert_eq!((sent, bytes), (batch.len(), total));
});
