// Asks this process's own metrics page and a server of the application, each once, over a bare socket: a client that
// makes no span.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const ask = async (port, path) => {
	const socket = connect(port, '127.0.0.1');
	socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
	return text(socket);
};
const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
await once(server, 'listening');
const page = await ask(Number(process.argv[2]), '/metrics');
await ask(server.address().port, '/rose');
server.close();
await sleep(10);
console.log(page.split('\r\n')[0]);
