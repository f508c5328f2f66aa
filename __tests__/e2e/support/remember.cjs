// The same as remember.mjs, in CommonJS.
const { createServer, get } = require('node:http');
const { traceInvocation } = require('agentese-otel');
const { createClient } = require('redis');

async function main() {
	const redis = await createClient({ url: process.argv[2] }).connect();
	const server = createServer(async (_request, response) => {
		response.end(await traceInvocation('self.memory.get', () => redis.get('rose')));
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	await traceInvocation('self.memory.recall', async () => {
		await redis.set('rose', 'red');
		await new Promise((resolve) => {
			get(`http://127.0.0.1:${server.address().port}/rose`, (response) => response.resume().on('end', resolve));
		});
	});
	await redis.close();
	server.close();
}

main();
