import { type IncomingHttpHeaders, request } from 'node:http';

/** One request. */
export interface Question {
	readonly method?: string;
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly json?: unknown;
}

/** One response without its date and connection headers. */
export interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
}

/** Sends a request to a server on the loopback interface over a connection of its own, so that none is left open. */
export function ask(port: number, { method = 'GET', path, headers = {}, json }: Question): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const type = json === undefined ? {} : { 'content-type': 'application/json' };
		const options = { host: '127.0.0.1', port, method, path, headers: { ...type, ...headers }, agent: false } as const;
		const asked = request(options, (response) => {
			let text = '';
			response.setEncoding('utf8');
			response.on('data', (chunk: string) => {
				text += chunk;
			});
			response.on('error', reject);
			response.on('end', () => {
				const { date: _, connection: __, 'keep-alive': ___, ...rest } = response.headers;
				resolve({ status: response.statusCode ?? 0, headers: rest, text });
			});
		});
		asked.on('error', reject);
		asked.end(json === undefined ? undefined : JSON.stringify(json));
	});
}
