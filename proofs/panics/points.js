'use strict';
// Where panics are planted: a call behind a text that stands in its file once.

const points = [
  // The work of one socket.
  { point: 'read', file: 'src/tcp/stream.rs', behind: 'let room = buffer.len();' },
  {
    point: 'write',
    file: 'src/tcp/stream.rs',
    behind: 'pub fn write(&self, data: &[u8]) -> io::Result<usize> {',
  },
  { point: 'shutdown', file: 'src/tcp/stream.rs', behind: 'pub fn shutdown(&self) -> io::Result<()> {' },
  { point: 'reset', file: 'src/tcp/stream.rs', behind: 'pub fn reset_on_close(&self) -> io::Result<()> {' },
  { point: 'arm read', file: 'src/reactor/source.rs', behind: 'pub fn arm_read(&self) {' },
  {
    point: 'start connect',
    file: 'src/tcp/mod.rs',
    behind: 'pub fn start_connect(socket: &Socket, address: &SockAddr) -> io::Result<()> {',
  },
  {
    point: 'finish connect',
    file: 'src/tcp/stream.rs',
    behind: 'pub fn finish_connect(&self) -> io::Result<()> {',
  },
  { point: 'close', file: 'src/reactor/mod.rs', behind: /impl Drop for Place \{\s+fn drop\(&mut self\) \{/ },
  { point: 'listen', file: 'src/tcp/listener.rs', behind: 'socket.listen(backlog)?;' },
  {
    point: 'accept',
    file: 'src/bridge/streams.rs',
    behind: /pub fn insert_accepted\([^{]*\{/,
  },
  { point: 'UDP bind', file: 'src/udp/socket.rs', behind: 'socket.set_nonblocking(true)?;' },
  {
    point: 'UDP receive',
    file: 'src/udp/socket.rs',
    behind: /pub fn receive\(&self, slab[^{]*\{/,
  },
  {
    point: 'UDP arm',
    file: 'src/bridge/udp_socket.rs',
    behind: /pub fn arm\(&self\) -> i32 \{\s+fault::guard\(\|\| \{/,
  },
  { point: 'UDP send', file: 'src/udp/outbox.rs', behind: /pub fn send\(&mut self[^{]*\{/ },
  { point: 'UDP resume', file: 'src/udp/outbox.rs', behind: 'self.room = None;' },
  { point: 'relay fill', file: 'src/relay/mod.rs', behind: /pub fn fill\([^{]*\{/ },
  { point: 'relay drain', file: 'src/relay/mod.rs', behind: /pub fn drain\([^{]*\{/ },
  { point: 'relay copy', file: 'src/relay/mod.rs', behind: /pub fn copy\([^{]*\{/ },
  { point: 'relay close', file: 'src/relay/mod.rs', behind: /pub fn close\([^{]*\{/ },

  // The reactor, which all sockets of an environment share.
  { point: 'waker', file: 'src/reactor/ready.rs', behind: 'fn wake_by_ref(self: &Arc<Self>) {' },
  { point: 'follower', file: 'src/reactor/waiter.rs', behind: 'fn driver_woke(&self) -> bool {' },
  { point: 'lend', file: 'src/reactor/waiter.rs', behind: 'fn lend_driver(&self) {' },
  { point: 'turn', file: 'src/reactor/driver.rs', behind: 'self.runtime.block_on(poll_fn(|cx| {' },
  { point: 'collect', file: 'src/bridge/calls.rs', behind: 'let limit = ready.capacity();' },
  {
    point: 'rest',
    file: 'src/bridge/reactor.rs',
    behind: 'pub fn rest(&self, drained: &Drained) -> bool {',
  },
  { point: 'needs turn', file: 'src/reactor/mod.rs', behind: 'pub fn needs_turn(&self) -> bool {' },

  // What libuv and Node call.
  { point: 'loop wake', file: 'src/bridge/loop_wake.rs', behind: 'fn call(&self) {' },
  { point: 'loop closed', file: 'src/sys/uv.rs', behind: 'closed();' },
  { point: 'stop', file: 'src/reactor/mod.rs', behind: 'pub fn stop(&self) {' },
  { point: 'UDP finalizer', file: 'src/bridge/udp_batches.rs', behind: 'self.udp.take();' },
  {
    point: 'server finalizer',
    file: 'src/bridge/server.rs',
    behind: /fn drop\(&mut self\) \{\s+contain\(\|\| \{/,
  },
  {
    point: 'streams finalizer',
    file: 'src/bridge/streams.rs',
    behind: /impl Drop for Streams \{\s+fn drop\(&mut self\) \{\s+contain\(\|\| \{/,
  },
];

const MODULE = '#[path = "../proofs/panics/planted.rs"]\npub mod planted;\n';

/** The edits that plant them all (scripts/planted.js). */
const edits = [
  { file: 'src/lib.rs', from: 'pub mod options;\n', to: `pub mod options;\n${MODULE}` },
  {
    file: 'src/panic.rs',
    from: 'match catch_unwind(',
    to: 'if !crate::planted::is_catching() {\nreturn Some(act());\n}\nmatch catch_unwind(',
  },
  ...points.map(({ point, file, behind }) => ({
    file,
    from: behind,
    to: (text) => `${text}\ncrate::planted::at("${point}");`,
  })),
];

module.exports = { edits };
