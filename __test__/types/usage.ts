// Programs that must compile. Nothing here runs: types.test.js gives it to tsc.

import nodeDgram from 'node:dgram';
import nodeNet from 'node:net';
import type ferronet from 'ferronet';
import { dgram, net, Server, Socket, type setBusyPoll, type UdpSocket, type version } from 'ferronet';
import dgramDefault, { createSocket, type RemoteInfo } from 'ferronet/dgram';
import type netDefault from 'ferronet/net';
import { type AddressInfo, connect, createServer, type Stream } from 'ferronet/net';
import 'ferronet/register';

/** Compiles only if both types are the same, also where one of them is `any`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_answer: Same<A, B>): void => {};

// The faces agree with each other.
same<typeof ferronet.net, typeof net>(true);
same<typeof net, typeof netDefault>(true);
same<typeof dgram, typeof dgramDefault>(true);
same<typeof Server, typeof net.Server>(true);
same<typeof Socket, typeof net.Socket>(true);
same<typeof Stream, typeof net.Socket>(true);
same<typeof UdpSocket, typeof dgram.Socket>(true);
same<typeof version, string>(true);
same<typeof setBusyPoll, (micros: number) => void>(true);

// The built-in and ferronet stand in for each other.
const theirNet: typeof nodeNet = net;
const theirDgram: typeof nodeDgram = dgram;
const theirServer: nodeNet.Server = new Server();
const theirSocket: nodeNet.Socket = new Socket();
const theirUdpSocket: nodeDgram.Socket = createSocket('udp4');
const ourServer: Server = nodeNet.createServer();
const ourSocket: Socket = new nodeNet.Socket();
const ourUdpSocket: UdpSocket = nodeDgram.createSocket('udp6');
export const assigned = [
  theirNet,
  theirDgram,
  theirServer,
  theirSocket,
  theirUdpSocket,
  ourServer,
  ourSocket,
  ourUdpSocket,
];

// Types are there as members of the module and by name.
const options: net.TcpNetConnectOpts = { port: 1, host: '127.0.0.1', timeout: 1000 };
const binding: dgram.BindOptions = { port: 0, address: '127.0.0.1', exclusive: true };

export class Counted extends net.Socket {
  bytes = 0;

  override resume(): this {
    this.bytes = this.bytesRead;
    return super.resume();
  }
}

export function tcpEcho(): Server {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 }, (socket) => {
    same<typeof socket, Socket>(true);
    socket.pipe(socket);
  });
  server.maxConnections = 10;
  server.on('connection', (socket) => socket.setTimeout(1000, () => socket.destroy()));
  server.on('drop', (data) => data?.remoteAddress);
  return server.listen({ port: 0, host: '127.0.0.1', ipv6Only: false }, () => {
    const { port } = server.address() as AddressInfo;
    const client = connect({ ...options, port, autoSelectFamily: true });
    client.setNoDelay().setKeepAlive(true, 1000).setEncoding('utf8');
    client.on('close', (hadError) => same<typeof hadError, boolean>(true));
    client.write('hello', 'utf8', (error) => error?.message);
    client.end(() => server.close());
  });
}

export async function udpEcho(): Promise<void> {
  await using socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 65536 });
  socket.on('message', (message, info) => {
    same<typeof info, RemoteInfo>(true);
    socket.send(message, 0, message.length, info.port, info.address, (error, bytes) => {
      same<typeof error, Error | null>(true);
      same<typeof bytes, number>(true);
    });
  });
  socket.bind(binding, () => socket.setBroadcast(true));
}

/** What ferronet adds to an older Node: typed there too, and no contradiction where the types have it. */
export function newer(): void {
  const client = connect(1) as Socket & net.NewerSocket;
  same<ReturnType<typeof client.getTypeOfService>, number>(true);
  client.setKeepAlive(true, 1000, 1000, 10);
  client.setTypeOfService(16).setNoDelay();
  const udp = createSocket('udp4') as UdpSocket & dgram.NewerSocket;
  same<AddressInfo, ReturnType<typeof udp.bindSync>>(true);
  udp.bindSync({ port: 0, address: '127.0.0.1' });
  udp.connectSync(1, '127.0.0.1');
}
