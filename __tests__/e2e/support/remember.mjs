// An ES module: a server whose invocation calls Redis, and a client whose invocation calls the server.
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { traceInvocation } from 'agentese-otel';
import { createClient } from 'redis';

const redis = await createClient({ url: process.argv[2] }).connect();
const server = createServer(async (_request, response) => {
	response.end(await traceInvocation('self.memory.get', () => redis.get('rose')));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
await traceInvocation('self.memory.recall', async () => {
	await redis.set('rose', 'red');
	await new Promise((resolve) => {
		get(`http://127.0.0.1:${server.address().port}/rose`, (response) => response.resume().on('end', resolve));
	});
});
await redis.close();
server.close();
