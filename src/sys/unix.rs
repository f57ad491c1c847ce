//! Unix: descriptors, signals, interface names.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, IoSlice, Read};
use std::net::{Ipv6Addr, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::path::Path;

use socket2::Socket;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::DescriptorKind;

/// A socket registered with the driver of the runtime whose context is entered.
pub type Registered = AsyncFd<Socket>;

pub fn register(socket: Socket, interest: Interest) -> io::Result<Registered> {
    // SAFETY: a Socket owns its descriptor and answers with that same one until it is dropped, which
    // the AsyncFd that owns it outlives.
    let registered = unsafe { AsyncFd::register_with_interest(socket, interest) };
    registered.map_err(|refused| {
        let (socket, error) = refused.into_parts();
        if error.raw_os_error() == Some(libc::EEXIST) {
            // A number that was adopted twice (epoll_ctl(2)): it is the other owner's to close.
            let _ = socket.into_raw_fd();
        }
        error
    })
}

/// The error numbers that are named outside of this module, as libuv has them.
pub mod errno {
    pub const EAGAIN: i32 = -libc::EAGAIN;
    pub const EBADF: i32 = -libc::EBADF;
    pub const EINVAL: i32 = -libc::EINVAL;
    pub const EIO: i32 = -libc::EIO;
    pub const ENOTSUP: i32 = -libc::ENOTSUP;
}

/// libuv numbers errors by `-errno` on unix (libuv, include/uv/errno.h).
pub fn uv_errno(errno: i32) -> i32 {
    -errno
}

/// Signals belong to the program's main thread; a thread of ours takes none (pthread_sigmask(3)).
pub fn block_signals() {
    // SAFETY: both calls write or read a local signal set.
    unsafe {
        let mut all = std::mem::zeroed::<libc::sigset_t>();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, std::ptr::null_mut());
    }
}

pub fn interface_index(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: a NUL-terminated string that outlives the call.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => None,
        index => Some(index),
    }
}

pub fn interface_name(index: u32) -> Option<String> {
    let mut name = [0; libc::IF_NAMESIZE];
    // SAFETY: the buffer has the IF_NAMESIZE bytes that if_indextoname(3) asks for.
    let found = unsafe { libc::if_indextoname(index, name.as_mut_ptr()) };
    if found.is_null() {
        return None;
    }
    // SAFETY: on success the buffer holds a NUL-terminated name.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) };
    name.to_str().ok().map(str::to_owned)
}

pub fn descriptor(socket: &Socket) -> i32 {
    socket.as_raw_fd()
}

/// A second descriptor of the same socket, for a second registration (one per descriptor and epoll).
pub fn duplicate(socket: &Socket) -> io::Result<Socket> {
    socket.try_clone()
}

/// Takes over a descriptor that the program names by number; the program gives it away, as with the
/// built-in's `fd` option.
pub fn take_descriptor(fd: i32) -> io::Result<Socket> {
    // SAFETY: fcntl(F_GETFD) only asks whether the number is an open descriptor.
    if fd < 0 || unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: the descriptor is open, and from here on this Socket is its owner.
    let socket = unsafe { Socket::from_raw_fd(fd) };
    socket.set_nonblocking(true)?;
    let _ = socket.set_cloexec(true);
    Ok(socket)
}

/// A second number for the socket that a descriptor of somebody else names, closed on exec
/// (F_DUPFD_CLOEXEC, fcntl(2)).
pub fn duplicate_descriptor(fd: i32) -> io::Result<i32> {
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: borrowed for this call only; a number that is not open makes it fail (EBADF).
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    Ok(borrowed.try_clone_to_owned()?.into_raw_fd())
}

/// SO_REUSEADDR (socket(7)), as libuv sets it for servers: one can be started again while old
/// connections are in TIME_WAIT.
pub fn allow_rebind(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)
}

/// SO_REUSEPORT (socket(7)).
#[cfg(not(any(target_os = "solaris", target_os = "illumos")))]
pub fn reuse_port(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_port(true)
}

#[cfg(any(target_os = "solaris", target_os = "illumos"))]
pub fn reuse_port(_socket: &Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOTSUP))
}

/// IPV6_TCLASS (ipv6(7)).
pub fn set_traffic_class(socket: &Socket, value: u32) -> io::Result<()> {
    socket.set_tclass_v6(value)
}

pub fn traffic_class(socket: &Socket) -> io::Result<u32> {
    socket.tclass_v6()
}

/// A descriptor held in reserve, given up to accept (and close) a connection when there are no
/// others left.
pub type Spare = OwnedFd;

pub fn spare_descriptor() -> io::Result<Spare> {
    Ok(File::open("/dev/null")?.into())
}

/// send(2) that raises no SIGPIPE; write(2) for descriptors that are no sockets (pipes).
pub fn write_stream(socket: &Socket, data: &[u8]) -> io::Result<usize> {
    match socket.send_with_flags(data, SEND_FLAGS) {
        Err(error) if error.raw_os_error() == Some(libc::ENOTSOCK) => write_pipe(socket, data),
        result => result,
    }
}

/// The same of several pieces (sendmsg(2)).
pub fn write_vectored(socket: &Socket, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
    match socket.send_vectored_with_flags(pieces, SEND_FLAGS) {
        Err(error) if error.raw_os_error() == Some(libc::ENOTSOCK) => {
            let (fd, count) = (socket.as_raw_fd(), pieces.len() as libc::c_int);
            // SAFETY: an IoSlice is an iovec (std), and all of them are live.
            written(unsafe { libc::writev(fd, pieces.as_ptr().cast(), count) })
        }
        result => result,
    }
}

/// recv(2), or read(2) for descriptors that are no sockets (pipes).
pub fn read_stream(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    let mut stream = socket;
    match stream.read(buffer) {
        Err(error) if error.raw_os_error() == Some(libc::ENOTSOCK) => read_pipe(socket, buffer),
        result => result,
    }
}

fn read_pipe(pipe: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: writes at most `buffer.len()` bytes into a live slice.
    let count = unsafe { libc::read(pipe.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
    usize::try_from(count).map_err(|_| io::Error::last_os_error())
}

#[cfg(any(target_os = "macos", target_os = "ios"))]
const SEND_FLAGS: i32 = 0; // socket2 sets SO_NOSIGPIPE there
#[cfg(not(any(target_os = "macos", target_os = "ios")))]
const SEND_FLAGS: i32 = libc::MSG_NOSIGNAL;

fn write_pipe(pipe: &Socket, data: &[u8]) -> io::Result<usize> {
    // SAFETY: reads `data.len()` bytes of a live slice.
    written(unsafe { libc::write(pipe.as_raw_fd(), data.as_ptr().cast(), data.len()) })
}

fn written(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// connect(2) to AF_UNSPEC: the socket has no peer any more (udp(7)).
pub fn disconnect(socket: &Socket) -> io::Result<()> {
    // SAFETY: zeroed is a valid sockaddr of family AF_UNSPEC.
    let mut unspecified = unsafe { std::mem::zeroed::<libc::sockaddr>() };
    unspecified.sa_family = libc::AF_UNSPEC as libc::sa_family_t;
    // SAFETY: a live sockaddr of the length given.
    let result = unsafe {
        libc::connect(
            socket.as_raw_fd(),
            &raw const unspecified,
            size_of::<libc::sockaddr>() as libc::socklen_t,
        )
    };
    match io::Error::last_os_error() {
        _ if result == 0 => Ok(()),
        // BSD says so where nothing was connected; the association is gone as well.
        error if error.raw_os_error() == Some(libc::EAFNOSUPPORT) => Ok(()),
        error => Err(error),
    }
}

/// MCAST_JOIN_SOURCE_GROUP for IPv6 (RFC 3678 section 5.1), which socket2 does not have.
pub fn source_membership_v6(
    socket: &Socket,
    source: Ipv6Addr,
    group: Ipv6Addr,
    interface: u32,
    join: bool,
) -> io::Result<()> {
    #[repr(C)]
    struct GroupSourceRequest {
        interface: u32,
        group: libc::sockaddr_storage,
        source: libc::sockaddr_storage,
    }
    let storage = |address: Ipv6Addr| {
        let address = socket2::SockAddr::from(SocketAddrV6::new(address, 0, 0, 0));
        // SAFETY: zeroed is a valid storage, and a SockAddr is never longer than one.
        unsafe {
            let mut storage = std::mem::zeroed::<libc::sockaddr_storage>();
            std::ptr::copy_nonoverlapping(
                address.as_ptr().cast::<u8>(),
                (&raw mut storage).cast(),
                address.len() as usize,
            );
            storage
        }
    };
    let request = GroupSourceRequest {
        interface,
        group: storage(group),
        source: storage(source),
    };
    let option = if join {
        JOIN_SOURCE_GROUP
    } else {
        LEAVE_SOURCE_GROUP
    };
    // SAFETY: the option value is a live structure of the length given.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_IPV6,
            option,
            (&raw const request).cast(),
            size_of::<GroupSourceRequest>() as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

// linux/in.h; the BSDs and macOS number them otherwise (netinet/in.h).
#[cfg(target_os = "linux")]
const JOIN_SOURCE_GROUP: libc::c_int = 46;
#[cfg(target_os = "linux")]
const LEAVE_SOURCE_GROUP: libc::c_int = 47;
#[cfg(not(target_os = "linux"))]
const JOIN_SOURCE_GROUP: libc::c_int = 82;
#[cfg(not(target_os = "linux"))]
const LEAVE_SOURCE_GROUP: libc::c_int = 83;

/// Removes the file of a unix socket that this process bound.
pub fn unlink_path(path: &Path) {
    // It may have been removed already, which is as good.
    let _ = std::fs::remove_file(path);
}

pub fn guess_descriptor(fd: i32) -> DescriptorKind {
    if fd < 0 {
        return DescriptorKind::Unknown;
    }
    // SAFETY: zeroed is a valid stat; fstat fills it or fails.
    let mut status = unsafe { std::mem::zeroed::<libc::stat>() };
    // SAFETY: a live, writable stat.
    if unsafe { libc::fstat(fd, &raw mut status) } != 0 {
        return DescriptorKind::Unknown;
    }
    match status.st_mode & libc::S_IFMT {
        libc::S_IFREG => DescriptorKind::File,
        // SAFETY: isatty only asks.
        libc::S_IFCHR if unsafe { libc::isatty(fd) } == 1 => DescriptorKind::Tty,
        libc::S_IFCHR => DescriptorKind::File,
        libc::S_IFIFO => DescriptorKind::Pipe,
        libc::S_IFSOCK => guess_socket(fd),
        _ => DescriptorKind::Unknown,
    }
}

fn guess_socket(fd: i32) -> DescriptorKind {
    // SAFETY: fstat has just found the descriptor open; it is borrowed for this call only.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    let socket = socket2::SockRef::from(&borrowed);
    let Ok(address) = socket.local_addr() else {
        return DescriptorKind::Unknown;
    };
    match (socket.r#type(), address.is_unix()) {
        (Ok(socket2::Type::STREAM), true) => DescriptorKind::Pipe,
        (Ok(socket2::Type::STREAM), false) if address.as_socket().is_some() => DescriptorKind::Tcp,
        (Ok(socket2::Type::DGRAM), false) if address.as_socket().is_some() => DescriptorKind::Udp,
        _ => DescriptorKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Type};
    use std::net::{Ipv4Addr, SocketAddrV4};

    fn kind(domain: Domain, kind: Type) -> DescriptorKind {
        Socket::new(domain, kind, None).map_or(DescriptorKind::Unknown, |socket| {
            guess_descriptor(socket.as_raw_fd())
        })
    }

    #[test]
    fn descriptors_are_told_apart() {
        assert_eq!(kind(Domain::IPV4, Type::STREAM), DescriptorKind::Tcp);
        assert_eq!(kind(Domain::IPV6, Type::DGRAM), DescriptorKind::Udp);
        assert_eq!(kind(Domain::UNIX, Type::STREAM), DescriptorKind::Pipe);
        assert_eq!(guess_descriptor(-1), DescriptorKind::Unknown);
        assert_eq!(guess_descriptor(1 << 20), DescriptorKind::Unknown);
        let file = spare_descriptor().map_or(-1, |f| f.as_raw_fd());
        assert_eq!(guess_descriptor(file), DescriptorKind::Unknown, "closed");
    }

    #[test]
    fn a_number_that_is_no_descriptor_is_refused() {
        let error = take_descriptor(1 << 20).err();
        assert_eq!(error.and_then(|e| e.raw_os_error()), Some(libc::EBADF));
    }

    #[test]
    fn a_duplicate_is_the_same_socket_under_another_number() -> io::Result<()> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        socket.bind(&SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0).into())?;
        let fd = duplicate_descriptor(socket.as_raw_fd())?;
        let copy = take_descriptor(fd)?;
        assert_ne!(fd, socket.as_raw_fd());
        assert_eq!(
            copy.local_addr()?.as_socket(),
            socket.local_addr()?.as_socket()
        );
        // SAFETY: fcntl(F_GETFD) only asks.
        let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
        assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
        for wrong in [-1, 1 << 20] {
            let error = duplicate_descriptor(wrong).err();
            assert_eq!(error.and_then(|e| e.raw_os_error()), Some(libc::EBADF));
        }
        Ok(())
    }
}
