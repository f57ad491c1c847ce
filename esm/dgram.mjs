// The ES module face of dgram.
import dgram from '../lib/dgram.js';

export const { Socket, createSocket } = dgram;
export default dgram;
