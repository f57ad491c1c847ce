// The faces of an ES module program.

import * as everything from 'ferronet';
import ferronet, { net as named } from 'ferronet';
import dgram, { Socket as UdpSocket } from 'ferronet/dgram';
import net, { type AddressInfo, Server } from 'ferronet/net';

export const server: Server = new net.Server();
export const udp: UdpSocket = dgram.createSocket('udp4');
export const address = server.address() as AddressInfo;
export const versions: string[] = [ferronet.version, everything.version];
export const socket: named.Socket = new everything.Socket();
