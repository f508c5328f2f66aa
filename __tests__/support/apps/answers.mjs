// A server in a separate process: prints its address, responds to one request and ends.
import { createServer } from 'node:http';

const { traced } = await import(`${process.env.BUNDLE}/entry.mjs`);
const server = createServer((_request, response) => {
	traced(() => response.end('ok'), { name: 'answered elsewhere' })();
	server.close();
});
server.keepAliveTimeout = 1;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
