import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { processState } from '../../lib/runtime/process-state.js';
import { handlerMade, mountedAt } from './scrapes.js';
import type { Format } from './text-format.js';

const TYPES: Readonly<Record<Format, string>> = {
	text: 'text/plain; version=0.0.4; charset=utf-8',
	openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** A page smaller than this is sent as it is. */
const GZIP_FROM = 1024;

/** Answers the page of this moment. */
export type WritePage = (format: Format) => Promise<string>;

const running = processState('prometheus/handler', () => new Set<WritePage>());

/** Offers a page to the handlers; answers how to take it back. */
export function offer(write: WritePage): () => void {
	running.add(write);
	return () => {
		running.delete(write);
	};
}

/**
 * A handler that answers the metrics page, to mount on a server of one's own:
 *
 *     createServer(prometheusHandler())
 *     app.get('/metrics', prometheusHandler())    // express
 *
 * It may be made before telemetry starts, and answers 503 while no `prometheus` preset runs. It never rejects. Where
 * the server is instrumented, its scrapes become no spans if it is mounted at `prometheus.path`; mounted elsewhere, the
 * first one does.
 */
export function prometheusHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
	handlerMade();
	return async (request, response) => {
		mountedAt(request);
		const [write] = running;
		if (write === undefined) say(response, 503, 'No telemetry with the prometheus preset is running.');
		else await answer(request, response, write);
	};
}

/** Answers one scrape. */
export async function answer(request: IncomingMessage, response: ServerResponse, write: WritePage): Promise<void> {
	if (request.method !== 'GET' && request.method !== 'HEAD') {
		response.setHeader('allow', 'GET, HEAD');
		say(response, 405, 'The metrics are read with GET.');
		return;
	}
	try {
		const format = wanted(request.headers.accept);
		let body: string | Buffer = await write(format);
		response.setHeader('content-type', TYPES[format]);
		response.setHeader('vary', 'accept, accept-encoding');
		if (body.length >= GZIP_FROM && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
			const { gzip } = await import('node:zlib');
			body = await promisify(gzip)(body);
			response.setHeader('content-encoding', 'gzip');
		}
		response.setHeader('content-length', Buffer.byteLength(body));
		response.end(request.method === 'HEAD' ? undefined : body);
	} catch (error) {
		warnOnce('prometheus/page', 'the metrics page could not be written.', error);
		if (!response.headersSent) say(response, 500, 'The metrics page could not be written.');
	}
}

/** A short answer in plain text. */
export function say(response: ServerResponse, status: number, text: string): void {
	response.statusCode = status;
	response.setHeader('content-type', 'text/plain; charset=utf-8');
	response.end(`${text}\n`);
}

/**
 * What a scraper wants most of the two that there are. Prometheus 3 and 2.42 both ask for OpenMetrics 1.0.0 before
 * text; a browser or curl asks for neither, and gets text.
 */
export function wanted(accept = ''): Format {
	const weights: Record<Format, number> = { openmetrics: 0, text: 0 };
	for (const one of accept.split(',')) {
		const [type = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
		const said = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string | undefined]));
		const weight = Number(said.get('q') ?? 1);
		const version = said.get('version')?.replaceAll('"', '') ?? '1.0.0';
		if (type === 'application/openmetrics-text' && version === '1.0.0') {
			weights.openmetrics = Math.max(weights.openmetrics, weight);
		}
		if (type === 'text/plain' || type === 'text/*' || type === '*/*') weights.text = Math.max(weights.text, weight);
	}
	return weights.openmetrics > 0 && weights.openmetrics >= weights.text ? 'openmetrics' : 'text';
}
