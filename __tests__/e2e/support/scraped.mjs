// Requests this process's metrics on the preset's server and on one of the application, and then another path of the
// application, each once and over a plain socket: a client that creates no span.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { prometheusHandler } from 'agentese-otel/presets';

const ask = async (port, path) => {
	const socket = connect(port, '127.0.0.1');
	socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
	return text(socket);
};
const metrics = prometheusHandler();
const server = createServer((request, response) => {
	if (request.url === '/metrics') metrics(request, response);
	else response.end('ok');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const pages = [await ask(Number(process.argv[2]), '/metrics'), await ask(server.address().port, '/metrics')];
await ask(server.address().port, '/rose');
server.close();
await sleep(10);
for (const page of pages) console.log(page.split('\r\n')[0]);
