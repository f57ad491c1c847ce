//! Socket options, as libuv sets them.

use std::io;
use std::time::Duration;

use socket2::{Socket, TcpKeepalive};

use crate::sys;

/// SO_KEEPALIVE with TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT. libuv sets an interval of 1 second
/// and 10 probes (`uv__tcp_keepalive`, src/unix/tcp.c).
pub fn set_keep_alive(
    socket: &Socket,
    on: bool,
    idle: Duration,
    interval: Duration,
    count: u32,
) -> io::Result<()> {
    if !on {
        return socket.set_keepalive(false);
    }
    if idle.is_zero() {
        return socket.set_keepalive(true);
    }
    let probes = TcpKeepalive::new()
        .with_time(idle)
        .with_interval(interval)
        .with_retries(count);
    socket.set_tcp_keepalive(&probes)
}

/// The type-of-service byte: IP_TOS or IPV6_TCLASS (ip(7), ipv6(7)).
pub fn set_type_of_service(socket: &Socket, value: u32) -> io::Result<()> {
    if is_v6(socket)? {
        sys::set_traffic_class(socket, value)
    } else {
        socket.set_tos_v4(value)
    }
}

pub fn type_of_service(socket: &Socket) -> io::Result<u32> {
    if is_v6(socket)? {
        sys::traffic_class(socket)
    } else {
        socket.tos_v4()
    }
}

pub fn is_v6(socket: &Socket) -> io::Result<bool> {
    Ok(socket.local_addr()?.is_ipv6())
}
