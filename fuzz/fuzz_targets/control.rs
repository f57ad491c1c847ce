//! Control messages of a received datagram: the walk stays inside, whatever lengths they name, and finds what
//! the C library's own walk finds in well-formed ones.
#![no_main]

use ferronet::sys::segment_size;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Raw(&'a [u8]),
    /// Well-formed messages: level, type and data of each.
    Messages(Vec<(bool, bool, &'a [u8])>),
}

fn message(bytes: &mut Vec<u8>, level: i32, kind: i32, data: &[u8]) {
    let header = libc::cmsghdr {
        cmsg_len: 16 + data.len(),
        cmsg_level: level,
        cmsg_type: kind,
    };
    bytes.extend(header.cmsg_len.to_ne_bytes());
    bytes.extend(header.cmsg_level.to_ne_bytes());
    bytes.extend(header.cmsg_type.to_ne_bytes());
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
}

fuzz_target!(|input: Input| {
    match input {
        Input::Raw(bytes) => {
            // A copy of exactly this size: reading past it is an error that AddressSanitizer sees.
            segment_size(&bytes.to_vec().into_boxed_slice());
        }
        Input::Messages(messages) => {
            let mut bytes = Vec::new();
            let mut wanted = None;
            for (udp, gro, data) in messages {
                let level = if udp { libc::SOL_UDP } else { libc::SOL_IP };
                let kind = if gro {
                    libc::UDP_GRO
                } else {
                    libc::UDP_SEGMENT
                };
                message(&mut bytes, level, kind, data);
                if udp && gro && wanted.is_none() {
                    let size = data.first_chunk().map(|size| i32::from_ne_bytes(*size));
                    wanted = Some(size.and_then(|size| usize::try_from(size).ok()));
                }
            }
            assert_eq!(segment_size(&bytes), wanted.flatten());
        }
    }
});
