//! Multicast membership and how multicast leaves (ip(7), ipv6(7)), with libuv's readings of its
//! arguments (`uv_udp_set_membership` and its neighbours, src/unix/udp.c).

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::Udp;
use crate::addr;

fn invalid() -> io::Error {
    io::ErrorKind::InvalidInput.into()
}

/// The interface that an IPv4 literal names; none means that the kernel chooses.
fn interface_v4(text: Option<&str>) -> io::Result<Ipv4Addr> {
    match text {
        None => Ok(Ipv4Addr::UNSPECIFIED),
        Some(text) => text.parse().map_err(|_| invalid()),
    }
}

/// The interface that an IPv6 literal names by its zone (`::%eth0`).
fn interface_v6(text: Option<&str>) -> io::Result<u32> {
    match text {
        None => Ok(0),
        Some(text) => match addr::parse(text, 0) {
            Some(SocketAddr::V6(address)) => Ok(address.scope_id()),
            _ => Err(invalid()),
        },
    }
}

/// The time to live of unicast datagrams: 1 to 255 (`uv_udp_set_ttl`).
pub fn unicast_ttl(ttl: i32) -> io::Result<u32> {
    match ttl {
        1..=255 => Ok(ttl.unsigned_abs()),
        _ => Err(invalid()),
    }
}

/// How far multicast goes: 0 to 255 (`uv__setsockopt_maybe_char`).
pub fn multicast_ttl(ttl: i32) -> io::Result<u32> {
    u8::try_from(ttl).map(u32::from).map_err(|_| invalid())
}

/// The interface that multicast leaves by, named by an address of it.
pub fn multicast_interface(text: &str) -> io::Result<SocketAddr> {
    addr::parse(text, 0).ok_or_else(invalid)
}

fn ip(text: &str) -> io::Result<IpAddr> {
    addr::parse(text, 0).map(|a| a.ip()).ok_or_else(invalid)
}

impl Udp {
    /// Joins (or leaves) a group on an interface.
    pub fn set_membership(
        &self,
        group: &str,
        interface: Option<&str>,
        join: bool,
    ) -> io::Result<()> {
        let socket = self.socket();
        match ip(group)? {
            IpAddr::V4(group) => {
                let interface = interface_v4(interface)?;
                if join {
                    socket.join_multicast_v4(&group, &interface)
                } else {
                    socket.leave_multicast_v4(&group, &interface)
                }
            }
            IpAddr::V6(group) => {
                let interface = interface_v6(interface)?;
                if join {
                    socket.join_multicast_v6(&group, interface)
                } else {
                    socket.leave_multicast_v6(&group, interface)
                }
            }
        }
    }

    /// Joins (or leaves) a group for datagrams of one source only (RFC 4607).
    pub fn set_source_membership(
        &self,
        source: &str,
        group: &str,
        interface: Option<&str>,
        join: bool,
    ) -> io::Result<()> {
        match (ip(group)?, ip(source)?) {
            (IpAddr::V4(group), IpAddr::V4(source)) => {
                let interface = interface_v4(interface)?;
                if join {
                    self.socket().join_ssm_v4(&source, &group, &interface)
                } else {
                    self.socket().leave_ssm_v4(&source, &group, &interface)
                }
            }
            (IpAddr::V6(group), IpAddr::V6(source)) => {
                let interface = interface_v6(interface)?;
                crate::sys::source_membership_v6(self.socket(), source, group, interface, join)
            }
            _ => Err(invalid()),
        }
    }

    pub fn set_multicast_interface(&self, interface: SocketAddr) -> io::Result<()> {
        match interface {
            SocketAddr::V4(address) => self.socket().set_multicast_if_v4(address.ip()),
            SocketAddr::V6(address) => self.socket().set_multicast_if_v6(address.scope_id()),
        }
    }

    pub fn set_multicast_ttl(&self, ttl: u32) -> io::Result<()> {
        if self.is_v6() {
            self.socket().set_multicast_hops_v6(ttl)
        } else {
            self.socket().set_multicast_ttl_v4(ttl)
        }
    }

    pub fn set_multicast_loopback(&self, on: bool) -> io::Result<()> {
        if self.is_v6() {
            self.socket().set_multicast_loop_v6(on)
        } else {
            self.socket().set_multicast_loop_v4(on)
        }
    }

    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        if self.is_v6() {
            self.socket().set_unicast_hops_v6(ttl)
        } else {
            self.socket().set_ttl_v4(ttl)
        }
    }
}
