//! Address literals: what is read is what is written, and the standard library agrees on what is one.
#![no_main]

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ferronet::addr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, u16)| {
    let (text, port) = input;
    let parsed = addr::parse(text, port);
    match text.split_once('%') {
        None => assert_eq!(parsed.map(|a| a.ip()), text.parse::<IpAddr>().ok()),
        Some((address, _)) => assert_eq!(parsed.is_some(), address.parse::<Ipv6Addr>().is_ok()),
    }
    let Some(address) = parsed else { return };
    assert_eq!(address.port(), port);
    let written = addr::text(&address);
    let again = addr::parse(&written, port).expect("what was written can be read");
    assert_eq!(again.ip(), address.ip());
    assert_eq!(addr::text(&again), written);
    let family = if matches!(address, SocketAddr::V4(_)) {
        "IPv4"
    } else {
        "IPv6"
    };
    assert_eq!(addr::family(&address), family);
});
