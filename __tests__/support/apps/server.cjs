// server.mjs in CommonJS.
const { once } = require('node:events');
const { createServer, get } = require('node:http');
const pino = require('pino');

async function main() {
	const { traced } = await import(`${process.env.BUNDLE}/entry.mjs`);
	const server = createServer((_request, response) => {
		traced(() => response.end('ok'), { name: 'answered' })();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${server.address().port}`;
	const logger = pino();
	await traced(
		async () => {
			await new Promise((resolve) => get(`${url}/by-http`, (response) => response.resume().on('end', resolve)));
			await (await fetch(`${url}/by-fetch`)).text();
			logger.info('from within');
		},
		{ name: 'invocation' },
	)();
	server.close();
	server.closeAllConnections();
}
main();
