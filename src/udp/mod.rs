//! UDP: one socket, its batches in and out, and multicast.

mod multicast;
mod outbox;
mod socket;

pub use multicast::{multicast_interface, multicast_ttl, unicast_ttl};
pub use outbox::{Datagram, Outbox};
pub use socket::{BindOptions, Udp};
