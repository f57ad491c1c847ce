//! IP literals to socket addresses and back, in the text form of the built-ins.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use crate::sys;

/// Reads an IPv4 or IPv6 literal; IPv6 may name its zone (`fe80::1%eth0`, RFC 4007 section 11). A zone
/// that is not there counts as none (`uv_ip6_addr`, src/uv-common.c).
pub fn parse(text: &str, port: u16) -> Option<SocketAddr> {
    if let Some((address, zone)) = text.split_once('%') {
        let address: Ipv6Addr = address.parse().ok()?;
        let scope = scope_id(zone).unwrap_or(0);
        return Some(SocketAddrV6::new(address, port, 0, scope).into());
    }
    let address: IpAddr = text.parse().ok()?;
    Some(SocketAddr::new(address, port))
}

fn scope_id(zone: &str) -> Option<u32> {
    zone.parse().ok().or_else(|| sys::interface_index(zone))
}

/// The address text a program sees: a link-local IPv6 address carries its zone, as in Node's
/// `AddressToJS` (`src/tcp_wrap.cc`).
pub fn text(address: &SocketAddr) -> String {
    if let SocketAddr::V6(v6) = address
        && v6.scope_id() != 0
        && v6.ip().is_unicast_link_local()
        && let Some(zone) = sys::interface_name(v6.scope_id())
    {
        return format!("{}%{zone}", v6.ip());
    }
    address.ip().to_string()
}

/// `IPv4` or `IPv6`, as `address().family` says.
pub fn family(address: &SocketAddr) -> &'static str {
    if address.is_ipv4() { "IPv4" } else { "IPv6" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_both_families() {
        let v4 = parse("127.0.0.1", 80).map(|a| (text(&a), family(&a), a.port()));
        assert_eq!(v4, Some(("127.0.0.1".into(), "IPv4", 80)));
        let v6 = parse("::ffff:127.0.0.1", 0).map(|a| (text(&a), family(&a)));
        assert_eq!(v6, Some(("::ffff:127.0.0.1".into(), "IPv6")));
    }

    #[test]
    fn names_and_nonsense_are_refused() {
        for bad in ["localhost", "", "256.1.1.1", "1.2.3", "1.2.3.4%1", "x%1"] {
            assert_eq!(parse(bad, 1), None, "{bad}");
        }
    }

    #[test]
    fn a_zone_that_is_not_there_is_none() {
        assert_eq!(parse("::1%nosuchzone", 1), parse("::1", 1));
    }

    #[test]
    fn a_zone_by_number_is_kept() {
        let scope = match parse("fe80::1%1", 1) {
            Some(SocketAddr::V6(a)) => a.scope_id(),
            _ => 0,
        };
        assert_eq!(scope, 1);
    }
}
