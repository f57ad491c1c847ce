//! Multicast membership and how multicast leaves (ip(7), ipv6(7)), with libuv's readings of its
//! arguments (`uv_udp_set_membership` and its neighbours, src/unix/udp.c).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Udp;
use crate::addr;

fn invalid() -> io::Error {
    io::Error::from_raw_os_error(libc::EINVAL)
}

/// The interface that an IPv4 literal names; none means that the kernel chooses.
fn interface_v4(text: Option<&str>) -> io::Result<Ipv4Addr> {
    match text {
        None | Some("") => Ok(Ipv4Addr::UNSPECIFIED),
        Some(text) => text.parse().map_err(|_| invalid()),
    }
}

/// The interface that an IPv6 literal names by its zone (`::%eth0`).
fn interface_v6(text: Option<&str>) -> io::Result<u32> {
    match text {
        None | Some("") => Ok(0),
        Some(text) => match addr::parse(text, 0) {
            Some(SocketAddr::V6(address)) => Ok(address.scope_id()),
            _ => Err(invalid()),
        },
    }
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

    /// The interface that multicast leaves by.
    pub fn set_multicast_interface(&self, interface: &str) -> io::Result<()> {
        let address = match interface {
            // libuv reads the empty string as "any" of the socket's family.
            "" if self.is_v6() => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            "" => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            text => addr::parse(text, 0).ok_or_else(invalid)?,
        };
        match address {
            SocketAddr::V4(address) => self.socket().set_multicast_if_v4(address.ip()),
            SocketAddr::V6(address) => self.socket().set_multicast_if_v6(address.scope_id()),
        }
    }

    pub fn set_multicast_ttl(&self, ttl: i32) -> io::Result<()> {
        if self.is_v6() {
            let hops = match ttl {
                // -1 asks for the default (ipv6(7), IPV6_MULTICAST_HOPS).
                -1 => 1,
                hops => u32::try_from(hops).map_err(|_| invalid())?,
            };
            return self.socket().set_multicast_hops_v6(hops);
        }
        let ttl = u8::try_from(ttl).map_err(|_| invalid())?;
        self.socket().set_multicast_ttl_v4(ttl.into())
    }

    pub fn set_multicast_loopback(&self, on: bool) -> io::Result<()> {
        if self.is_v6() {
            self.socket().set_multicast_loop_v6(on)
        } else {
            self.socket().set_multicast_loop_v4(on)
        }
    }

    /// The time to live of unicast datagrams: 1 to 255 (`uv_udp_set_ttl`).
    pub fn set_ttl(&self, ttl: i32) -> io::Result<()> {
        let ttl = u8::try_from(ttl).map_err(|_| invalid())?;
        if ttl == 0 {
            return Err(invalid());
        }
        if self.is_v6() {
            self.socket().set_unicast_hops_v6(ttl.into())
        } else {
            self.socket().set_ttl_v4(ttl.into())
        }
    }
}
