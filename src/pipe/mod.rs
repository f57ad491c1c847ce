//! Unix sockets: addresses by path, with the faces of [`tcp`](crate::tcp).

use std::io;
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::{sys, tcp};

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

/// A unix socket bound to `path`, and the file to remove with it. As libuv, a directory that is
/// missing is EACCES (`uv_pipe_bind2`, src/unix/pipe.c).
pub fn bind(path: &str) -> io::Result<(Socket, BoundPath)> {
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
pub fn connect(bound: Option<Socket>, path: &str) -> io::Result<Socket> {
    let address = address(path)?;
    let socket = bound.map_or_else(open, Ok)?;
    tcp::start_connect(&socket, &address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_lives_as_long_as_the_binding() -> io::Result<()> {
        let path = std::env::temp_dir().join(format!("ferronet-{}.sock", std::process::id()));
        let text = path.to_string_lossy();
        let bound = bind(&text)?;
        assert!(path.exists());
        assert_eq!(
            bind(&text).err().map(|e| e.kind()),
            Some(io::ErrorKind::AddrInUse)
        );
        assert!(path.exists(), "a failed bind removes nothing");
        drop(bound);
        assert!(!path.exists());
        Ok(())
    }
}
