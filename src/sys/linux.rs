//! Linux: batches of datagrams (recvmmsg(2), sendmmsg(2), UDP_GRO and UDP_SEGMENT of udp(7)) and
//! accept4(2).
#![allow(unsafe_code)]

use std::io;
use std::mem::{MaybeUninit, size_of, zeroed};
use std::os::fd::{AsRawFd, FromRawFd};

use socket2::{SockAddr, Socket};

use super::refusal::set_option;
use super::{Outgoing, Received, SLOT};

/// Messages per recvmmsg. With UDP_GRO each may be a run of up to 64 datagrams.
pub const SLOTS: usize = 16;

/// Datagrams in one UDP_SEGMENT send: UDP_MAX_SEGMENTS was 1 << 6 before Linux 6.9 (linux/udp.h).
pub const MAX_SEGMENTS: usize = 64;

/// Messages in one sendmmsg.
const SEND_BATCH: usize = 64;

/// Room for one control message that holds an int: enough for UDP_GRO and UDP_SEGMENT (cmsg(3)).
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Control([u8; 32]);

pub fn accept(listener: &Socket) -> io::Result<Socket> {
    // SAFETY: no address is asked for; the result is checked before it is owned.
    let fd = unsafe {
        libc::accept4(
            listener.as_raw_fd(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC,
        )
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a new descriptor that nobody else owns.
    Ok(unsafe { Socket::from_raw_fd(fd) })
}

/// Lets the kernel hand over runs of datagrams as one message (UDP_GRO, Linux 5.0). Where it is not
/// known each datagram comes alone.
pub fn coalesce(socket: &Socket, on: bool) {
    let _ = set_option(socket, libc::SOL_UDP, libc::UDP_GRO, on.into());
}

/// What of the batches this kernel has, tried on a socket that is for nothing else: a sandbox may refuse
/// what its version would have.
pub fn batch_features() -> Vec<&'static str> {
    let Ok(socket) = Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None) else {
        return Vec::new();
    };
    let received = receive(&socket, &mut vec![0; SLOT], &mut Vec::new());
    let tried = [
        ("recvmmsg", received.map(drop)),
        (
            "UDP_GRO",
            set_option(&socket, libc::SOL_UDP, libc::UDP_GRO, 1),
        ),
        (
            "UDP_SEGMENT",
            set_option(&socket, libc::SOL_UDP, libc::UDP_SEGMENT, 1),
        ),
    ];
    let works = |result: &io::Result<()>| !matches!(result, Err(error) if error.kind() != io::ErrorKind::WouldBlock);
    tried
        .into_iter()
        .filter_map(|(name, result)| works(&result).then_some(name))
        .collect()
}

/// What the kernel fills for one message besides its data. Only as many are made as there are slots: clearing all
/// costs as much as the rest of a call that brings one datagram.
struct Envelope {
    name: libc::sockaddr_storage,
    control: Control,
    data: libc::iovec,
}

impl Envelope {
    fn of(slot: &mut [u8]) -> Envelope {
        Envelope {
            // SAFETY: all-zero is a valid value of this C structure.
            name: unsafe { zeroed() },
            control: Control([0; 32]),
            data: libc::iovec {
                iov_base: slot.as_mut_ptr().cast(),
                iov_len: slot.len(),
            },
        }
    }

    /// A header that points here.
    fn header(&mut self) -> libc::mmsghdr {
        // SAFETY: as above.
        let mut header: libc::mmsghdr = unsafe { zeroed() };
        header.msg_hdr.msg_iov = &raw mut self.data;
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_name = (&raw mut self.name).cast();
        header.msg_hdr.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
        header.msg_hdr.msg_control = (&raw mut self.control.0).cast();
        header.msg_hdr.msg_controllen = self.control.0.len() as _;
        header
    }
}

/// Receives into the slots of `slab`. Says whether the kernel's queue was emptied.
pub fn receive(socket: &Socket, slab: &mut [u8], out: &mut Vec<Received>) -> io::Result<bool> {
    let mut envelopes = [const { MaybeUninit::<Envelope>::uninit() }; SLOTS];
    let mut headers = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; SLOTS];
    let mut slots = 0;
    let places = envelopes.iter_mut().zip(&mut headers);
    for (slot, (envelope, header)) in slab.chunks_exact_mut(SLOT).zip(places) {
        header.write(envelope.write(Envelope::of(slot)).header());
        slots += 1;
    }
    // SAFETY: `slots` headers point at live, writable memory of the lengths they name.
    let count = unsafe {
        libc::recvmmsg(
            socket.as_raw_fd(),
            headers.as_mut_ptr().cast(),
            slots,
            libc::MSG_DONTWAIT as _,
            std::ptr::null_mut(),
        )
    };
    let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
    for (index, (envelope, header)) in envelopes.iter().zip(&headers).take(count).enumerate() {
        // SAFETY: the first `slots` of both were made above, and `count` is at most that.
        let (envelope, header) = unsafe { (envelope.assume_init_ref(), header.assume_init_ref()) };
        let length = header.msg_len as usize;
        let control_length: usize = header.msg_hdr.msg_controllen as _;
        let control = envelope.control.0.get(..control_length);
        // SAFETY: the kernel wrote `msg_namelen` bytes of a socket address.
        let from = unsafe {
            let storage = std::mem::transmute_copy(&envelope.name);
            SockAddr::new(storage, header.msg_hdr.msg_namelen)
        };
        let Some(from) = from.as_socket() else {
            continue;
        };
        out.push(Received {
            offset: index * SLOT,
            length,
            segment: control.and_then(segment_size).unwrap_or(length).max(1),
            from,
        });
    }
    Ok(count < slots as usize)
}

/// The size of the datagrams of a coalesced run, from the control messages (cmsg(3)) that came with it: the
/// walk trusts no length in them.
pub fn segment_size(mut control: &[u8]) -> Option<usize> {
    const HEADER: usize = size_of::<libc::cmsghdr>();
    while control.len() >= HEADER {
        // SAFETY: there are as many bytes as a header has, and any bytes are one.
        let header = unsafe { control.as_ptr().cast::<libc::cmsghdr>().read_unaligned() };
        let length: usize = header.cmsg_len as _;
        let data = control.get(HEADER..length)?;
        if header.cmsg_level == libc::SOL_UDP && header.cmsg_type == libc::UDP_GRO {
            let size = libc::c_int::from_ne_bytes(*data.first_chunk()?);
            return usize::try_from(size).ok();
        }
        control = control.get(length.checked_next_multiple_of(align_of::<libc::cmsghdr>())?..)?;
    }
    None
}

/// Sends messages in order and says how many the kernel took; an error is that of the first one.
pub fn send(socket: &Socket, messages: &[Outgoing<'_>]) -> io::Result<usize> {
    if let [only] = messages
        && !only.is_run()
    {
        send_one(socket, only)?;
        return Ok(1);
    }
    // SAFETY: all-zero is a valid value of each of these C structures.
    let mut headers: [libc::mmsghdr; SEND_BATCH] = unsafe { zeroed() };
    let mut vectors: [libc::iovec; SEND_BATCH] = unsafe { zeroed() };
    let mut controls = [Control([0; 32]); SEND_BATCH];
    let names: Vec<Option<SockAddr>> = messages
        .iter()
        .take(SEND_BATCH)
        .map(|message| message.to.map(SockAddr::from))
        .collect();
    let mut count = 0;
    for ((((message, name), header), vector), control) in messages
        .iter()
        .zip(&names)
        .zip(&mut headers)
        .zip(&mut vectors)
        .zip(&mut controls)
    {
        vector.iov_base = message.data.as_ptr().cast_mut().cast();
        vector.iov_len = message.data.len();
        header.msg_hdr.msg_iov = vector;
        header.msg_hdr.msg_iovlen = 1;
        if let Some(name) = name {
            header.msg_hdr.msg_name = name.as_ptr().cast_mut().cast();
            header.msg_hdr.msg_namelen = name.len();
        }
        if message.is_run() {
            set_segment(&mut header.msg_hdr, control, message.segment);
        }
        count += 1;
    }
    // SAFETY: `count` headers point at live memory of the lengths they name; sendmmsg reads only.
    let sent = unsafe {
        libc::sendmmsg(
            socket.as_raw_fd(),
            headers.as_mut_ptr(),
            count,
            libc::MSG_NOSIGNAL as _,
        )
    };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

fn send_one(socket: &Socket, message: &Outgoing<'_>) -> io::Result<()> {
    match message.to {
        Some(to) => socket.send_to_with_flags(message.data, &to.into(), libc::MSG_NOSIGNAL)?,
        None => socket.send_with_flags(message.data, libc::MSG_NOSIGNAL)?,
    };
    Ok(())
}

/// Asks the kernel to cut the message into datagrams of `segment` bytes (UDP_SEGMENT, udp(7)).
fn set_segment(header: &mut libc::msghdr, control: &mut Control, segment: usize) {
    let value = u16::try_from(segment).unwrap_or(u16::MAX);
    header.msg_control = (&raw mut control.0).cast();
    // SAFETY: the control buffer is aligned and has room for one header with a u16.
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(size_of::<u16>() as u32) as _;
        let message = libc::CMSG_FIRSTHDR(header);
        (*message).cmsg_level = libc::SOL_UDP;
        (*message).cmsg_type = libc::UDP_SEGMENT;
        (*message).cmsg_len = libc::CMSG_LEN(size_of::<u16>() as u32) as _;
        libc::CMSG_DATA(message)
            .cast::<u16>()
            .write_unaligned(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Type};
    use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

    fn bound() -> io::Result<(Socket, SocketAddr)> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        socket.bind(&SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0).into())?;
        let address = socket.local_addr()?.as_socket();
        Ok((socket, address.ok_or(io::ErrorKind::Other)?))
    }

    #[test]
    fn a_run_leaves_as_one_call_and_arrives_with_its_segments() -> io::Result<()> {
        let (receiver, to) = bound()?;
        coalesce(&receiver, true);
        let (sender, from) = bound()?;
        let messages = [
            Outgoing {
                data: &[7; 250],
                segment: 100,
                to: Some(to),
            },
            Outgoing {
                data: b"",
                segment: 0,
                to: Some(to),
            },
        ];
        assert_eq!(send(&sender, &messages)?, 2);
        let mut slab = vec![0; SLOT * SLOTS];
        let mut received = Vec::new();
        assert!(receive(&receiver, &mut slab, &mut received)?);
        let datagrams: usize = received
            .iter()
            .map(|r| r.length.div_ceil(r.segment).max(1))
            .sum();
        assert_eq!(datagrams, 4);
        assert_eq!(received.iter().map(|r| r.length).sum::<usize>(), 250);
        assert!(received.iter().all(|r| r.from == from));
        Ok(())
    }

    #[test]
    fn control_messages_are_not_trusted() {
        let message = |length: usize, data: &[u8]| {
            let mut bytes = length.to_ne_bytes().to_vec();
            bytes.extend(libc::SOL_UDP.to_ne_bytes());
            bytes.extend(libc::UDP_GRO.to_ne_bytes());
            bytes.extend(data);
            bytes
        };
        let size = 1200_i32.to_ne_bytes();
        assert_eq!(segment_size(&message(20, &size)), Some(1200));
        for length in [0, 15, 16, 19, 21, usize::MAX] {
            assert_eq!(segment_size(&message(length, &size)), None, "{length}");
        }
        assert_eq!(
            segment_size(&message(20, &(-1_i32).to_ne_bytes())),
            None,
            "no size"
        );
    }

    #[test]
    fn nothing_to_receive_would_block() -> io::Result<()> {
        let (receiver, _) = bound()?;
        let error = receive(&receiver, &mut vec![0; SLOT], &mut Vec::new()).err();
        assert_eq!(error.map(|e| e.kind()), Some(io::ErrorKind::WouldBlock));
        Ok(())
    }
}
