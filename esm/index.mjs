// The ES module face of index.js.
import ferronet from '../index.js';

export const { net, dgram, Server, Socket, UdpSocket, setBusyPoll, version } = ferronet;
export default ferronet;
