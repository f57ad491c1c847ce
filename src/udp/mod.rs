//! UDP: one socket, its batches in and out, and multicast.

mod multicast;
mod outbox;
pub mod runs;
mod socket;

pub use multicast::{multicast_interface, multicast_ttl, unicast_ttl};
pub use outbox::Outbox;
pub use runs::Datagram;
pub use socket::{BindOptions, Udp};
