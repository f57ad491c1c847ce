// Wrong usage that tsc must reject: one error in each line marked `// rejected`, and no other.

import ferronet, { dgram, net, version } from 'ferronet';
import * as required from 'ferronet/net';

net.createServer({ allowHalfOpen: 'yes' }); // rejected
net.createServer((socket) => socket.nothing()); // rejected
net.connect({ host: '127.0.0.1' }); // rejected
net.connect(true); // rejected
new net.Socket().setTimeout('1000'); // rejected
new net.Server().maxConnections = '10'; // rejected
dgram.createSocket('tcp4'); // rejected
dgram.createSocket('udp4').send(1, 2, 3); // rejected
dgram.createSocket('udp4').bind({ port: '1' }); // rejected
new ferronet.Server().write('x'); // rejected
ferronet.UDPSocket; // rejected
version.nothing; // rejected
required.nothing; // rejected
(new net.Socket() as net.Socket & net.NewerSocket).setTypeOfService('16'); // rejected
(dgram.createSocket('udp4') as dgram.Socket & dgram.NewerSocket).bindSync(1); // rejected
