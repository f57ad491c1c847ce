//! TCP without copies: the load has to cost less than the program under test.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::{checked, checked_size};

/// Bytes that leave by sendfile(2): the kernel sends the pages themselves.
pub struct Pages {
    file: OwnedFd,
    size: usize,
}

impl Pages {
    pub fn new(size: usize) -> io::Result<Pages> {
        // SAFETY: the name is a string with its end; the call copies it.
        let fd = unsafe { libc::memfd_create(c"load".as_ptr(), libc::MFD_CLOEXEC) };
        checked(fd)?;
        // SAFETY: the descriptor is open and nobody else has it.
        let file = unsafe { OwnedFd::from_raw_fd(fd) };
        io::Write::write_all(
            &mut std::fs::File::from(file.try_clone()?),
            &vec![b'x'; size],
        )?;
        Ok(Pages { file, size })
    }

    /// Sends from the beginning as much as the kernel takes, which it says.
    pub fn send(&self, stream: &TcpStream) -> io::Result<usize> {
        let mut offset = 0;
        // SAFETY: `offset` lives through the call.
        checked_size(unsafe {
            libc::sendfile(
                stream.as_raw_fd(),
                self.file.as_raw_fd(),
                &mut offset,
                self.size,
            )
        })
    }
}

/// Waits for bytes and throws them away unread, at most `limit`; 0 is the end (MSG_TRUNC in tcp(7)).
pub fn discard(stream: &TcpStream, limit: usize) -> io::Result<usize> {
    // SAFETY: with MSG_TRUNC a TCP socket writes nothing to the buffer, so null is one.
    checked_size(unsafe {
        libc::recv(
            stream.as_raw_fd(),
            std::ptr::null_mut(),
            limit,
            libc::MSG_TRUNC,
        )
    })
}

/// A pipe that bytes pass on their way from socket to socket (splice(2)).
pub struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
}

impl Pipe {
    const SIZE: usize = 1 << 20;

    pub fn new() -> io::Result<Pipe> {
        let mut ends = [0; 2];
        // SAFETY: there is room for two descriptors.
        checked(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
        // SAFETY: the descriptors are open and nobody else has them.
        let [read, write] = ends.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) });
        // SAFETY: no pointers.
        checked(unsafe {
            libc::fcntl(
                write.as_raw_fd(),
                libc::F_SETPIPE_SZ,
                Self::SIZE as libc::c_int,
            )
        })?;
        Ok(Pipe { read, write })
    }

    /// Moves what has come, waiting for something; says how much, 0 at the end.
    pub fn relay(&self, from: &TcpStream, to: &TcpStream) -> io::Result<usize> {
        let count = splice(from, &self.write, Self::SIZE)?;
        let mut left = count;
        while left > 0 {
            left -= splice(&self.read, to, left)?;
        }
        Ok(count)
    }
}

fn splice(from: &impl AsRawFd, to: &impl AsRawFd, limit: usize) -> io::Result<usize> {
    let none = std::ptr::null_mut();
    // SAFETY: without offsets the call takes no pointers.
    checked_size(unsafe {
        libc::splice(
            from.as_raw_fd(),
            none,
            to.as_raw_fd(),
            none,
            limit,
            libc::SPLICE_F_MOVE,
        )
    })
}

/// How many connections may wait to be accepted; std has 128 and no way to say more.
pub fn set_backlog(listener: &TcpListener, backlog: usize) -> io::Result<()> {
    // SAFETY: no pointers.
    checked(unsafe { libc::listen(listener.as_raw_fd(), backlog as libc::c_int) })?;
    Ok(())
}

/// A connection from an address of choice: each has ports of its own.
pub fn connect_from(source: Ipv4Addr, port: u16) -> io::Result<TcpStream> {
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
    // SAFETY: no pointers.
    let fd = unsafe { libc::socket(libc::AF_INET, kind, 0) };
    checked(fd)?;
    // SAFETY: the descriptor is open and nobody else has it.
    let stream = unsafe { TcpStream::from_raw_fd(fd) };
    // The port is chosen by connect, which may share it among destinations (ip(7)).
    super::set_option(&stream, libc::SOL_IP, libc::IP_BIND_ADDRESS_NO_PORT, 1)?;
    let length = size_of::<libc::sockaddr_in>() as libc::socklen_t;
    let from = native(SocketAddrV4::new(source, 0));
    // SAFETY: the address has the length that is said and lives through the call.
    checked(unsafe { libc::bind(fd, (&raw const from).cast(), length) })?;
    let to = native(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
    // SAFETY: as above.
    checked(unsafe { libc::connect(fd, (&raw const to).cast(), length) })?;
    Ok(stream)
}

fn native(address: SocketAddrV4) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: address.port().to_be(),
        sin_addr: libc::in_addr {
            s_addr: u32::from(*address.ip()).to_be(),
        },
        sin_zero: [0; 8],
    }
}
