//! libuv's own numbers for errors (include/uv/errno.h), and which of them an error of Windows is
//! (`uv_translate_sys_error`, src/win/error.c).

pub const EOF: i32 = -4095;
const UNKNOWN: i32 = -4094;
pub const EACCES: i32 = -4092;
const EADDRINUSE: i32 = -4091;
const EADDRNOTAVAIL: i32 = -4090;
const EAFNOSUPPORT: i32 = -4089;
pub const EAGAIN: i32 = -4088;
const EALREADY: i32 = -4084;
pub const EBADF: i32 = -4083;
const EBUSY: i32 = -4082;
const ECANCELED: i32 = -4081;
const ECONNABORTED: i32 = -4079;
const ECONNREFUSED: i32 = -4078;
const ECONNRESET: i32 = -4077;
const EFAULT: i32 = -4074;
const EHOSTUNREACH: i32 = -4073;
pub const EINVAL: i32 = -4071;
pub const EIO: i32 = -4070;
const EISCONN: i32 = -4069;
const EMFILE: i32 = -4066;
const EMSGSIZE: i32 = -4065;
const ENETUNREACH: i32 = -4062;
const ENOBUFS: i32 = -4060;
const ENOENT: i32 = -4058;
const ENOMEM: i32 = -4057;
const ENOTCONN: i32 = -4053;
const ENOTSOCK: i32 = -4050;
pub const ENOTSUP: i32 = -4049;
const EPERM: i32 = -4048;
const EPIPE: i32 = -4047;
const EPROTONOSUPPORT: i32 = -4045;
const ETIMEDOUT: i32 = -4039;
const ENOPROTOOPT: i32 = -4035;

/// The numbers of winerror.h and winsock2.h that sockets and pipes meet.
pub fn uv_errno(error: i32) -> i32 {
    match error {
        10013 | 998 => EACCES,                   // WSAEACCES, ERROR_NOACCESS
        10048 | 1227 => EADDRINUSE,              // WSAEADDRINUSE, ERROR_ADDRESS_ALREADY_ASSOCIATED
        10049 => EADDRNOTAVAIL,                  // WSAEADDRNOTAVAIL
        10047 => EAFNOSUPPORT,                   // WSAEAFNOSUPPORT
        10035 => EAGAIN,                         // WSAEWOULDBLOCK
        10037 => EALREADY,                       // WSAEALREADY
        6 | 1004 => EBADF,                       // ERROR_INVALID_HANDLE, ERROR_INVALID_FLAGS
        231 | 32 => EBUSY,                       // ERROR_PIPE_BUSY, ERROR_SHARING_VIOLATION
        10004 | 995 => ECANCELED,                // WSAEINTR, ERROR_OPERATION_ABORTED
        10053 | 1236 => ECONNABORTED,            // WSAECONNABORTED, ERROR_CONNECTION_ABORTED
        10061 | 1225 => ECONNREFUSED,            // WSAECONNREFUSED, ERROR_CONNECTION_REFUSED
        10054 | 64 => ECONNRESET,                // WSAECONNRESET, ERROR_NETNAME_DELETED
        10014 | 111 => EFAULT,                   // WSAEFAULT, ERROR_BUFFER_OVERFLOW
        10065 | 1232 => EHOSTUNREACH,            // WSAEHOSTUNREACH, ERROR_HOST_UNREACHABLE
        10022 | 10046 | 13 | 87 | 122 => EINVAL, // WSAEINVAL, WSAEPFNOSUPPORT, ERROR_INVALID_DATA, _PARAMETER, …
        10056 => EISCONN,                        // WSAEISCONN
        10024 | 4 => EMFILE,                     // WSAEMFILE, ERROR_TOO_MANY_OPEN_FILES
        10040 => EMSGSIZE,                       // WSAEMSGSIZE
        10051 | 1231 => ENETUNREACH,             // WSAENETUNREACH, ERROR_NETWORK_UNREACHABLE
        10055 => ENOBUFS,                        // WSAENOBUFS
        2 | 3 | 123 | 161 => ENOENT, // ERROR_FILE_NOT_FOUND, _PATH_NOT_FOUND, _INVALID_NAME, _BAD_PATHNAME
        8 | 14 => ENOMEM,            // ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY
        10057 | 2250 => ENOTCONN,    // WSAENOTCONN, ERROR_NOT_CONNECTED
        10038 => ENOTSOCK,           // WSAENOTSOCK
        10045 | 50 => ENOTSUP,       // WSAEOPNOTSUPP, ERROR_NOT_SUPPORTED
        5 | 1314 => EPERM,           // ERROR_ACCESS_DENIED, ERROR_PRIVILEGE_NOT_HELD
        109 => EOF,                  // ERROR_BROKEN_PIPE
        10058 | 230 | 232 | 233 => EPIPE, // WSAESHUTDOWN, ERROR_BAD_PIPE, _NO_DATA, _PIPE_NOT_CONNECTED
        10043 => EPROTONOSUPPORT,         // WSAEPROTONOSUPPORT
        10060 | 121 => ETIMEDOUT,         // WSAETIMEDOUT, ERROR_SEM_TIMEOUT
        10042 => ENOPROTOOPT,             // WSAENOPROTOOPT
        _ => UNKNOWN,
    }
}
