//! UDP: one socket, its batches in and out, and multicast.

mod multicast;
mod outbox;
mod socket;

pub use outbox::{Datagram, Outbox};
pub use socket::{BindOptions, Udp};
