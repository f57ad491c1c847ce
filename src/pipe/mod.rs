//! What a path names: unix sockets, and named pipes on Windows, with the faces of [`tcp`](crate::tcp).

mod named;

use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use socket2::{Domain, SockAddr, Socket, Type};

use crate::reactor::Reactor;
use crate::tcp::Stream;
use crate::{sys, tcp};
pub use named::NamedListener;

/// The file that a bound unix socket made; removed when its server closes, as libuv does. Nothing is
/// removed before binding: a stale file, or anything else in the way, is EADDRINUSE and stays.
pub struct BoundPath(Option<PathBuf>);

impl Drop for BoundPath {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            sys::unlink_path(&path);
        }
    }
}

/// A path, or on Linux an abstract name that begins with a NUL byte (unix(7)).
pub fn address(path: &str) -> io::Result<SockAddr> {
    SockAddr::unix(path)
}

fn open() -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A path that was taken.
pub enum Bound {
    /// A unix socket, and the file to remove with it.
    Unix(Socket, BoundPath),
    Named(NamedListener),
}

pub fn bind(reactor: &Rc<Reactor>, path: &str) -> io::Result<Bound> {
    if sys::NAMED_PIPES {
        NamedListener::bind(reactor, path).map(Bound::Named)
    } else {
        bind_unix(path).map(|(socket, file)| Bound::Unix(socket, file))
    }
}

/// As libuv, a directory that is missing is EACCES (`uv_pipe_bind2`, src/unix/pipe.c).
fn bind_unix(path: &str) -> io::Result<(Socket, BoundPath)> {
    let address = address(path)?;
    let socket = open()?;
    socket.bind(&address).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            io::Error::from_raw_os_error(libc::EACCES)
        } else {
            error
        }
    })?;
    let is_file = !path.starts_with('\0');
    let file = is_file
        .then(|| std::path::absolute(Path::new(path)))
        .transpose()?;
    Ok((socket, BoundPath(file)))
}

/// Starts to connect. `bound` is a socket that already has a path of its own.
pub fn connect(reactor: &Rc<Reactor>, bound: Option<Socket>, path: &str) -> io::Result<Stream> {
    if sys::NAMED_PIPES {
        return Stream::connecting_pipe(reactor, path);
    }
    let address = address(path)?;
    let socket = bound.map_or_else(open, Ok)?;
    tcp::start_connect(&socket, &address)?;
    Stream::connecting(reactor, socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_lives_as_long_as_the_binding() -> io::Result<()> {
        let path = std::env::temp_dir().join(format!("ferronet-{}.sock", std::process::id()));
        let text = path.to_string_lossy();
        let bound = bind_unix(&text)?;
        assert!(path.exists());
        assert_eq!(
            bind_unix(&text).err().map(|e| e.kind()),
            Some(io::ErrorKind::AddrInUse)
        );
        assert!(path.exists(), "a failed bind removes nothing");
        drop(bound);
        assert!(!path.exists());
        Ok(())
    }
}
