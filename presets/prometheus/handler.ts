import { promisify } from 'node:util';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { processState } from '../../lib/runtime/process-state.js';
import { addMountPath, markHandlerCreated } from './scrapes.js';
import type { PageFormat } from './text-format.js';

/** The part of a request that is read. `IncomingMessage` of node:http and the requests of Express fit. */
export interface ScrapeRequest {
	/** The HTTP method; undefined for a response that a client receives, which is no request to serve. */
	readonly method?: string | undefined;
	/** The path with its query; undefined as for `method`. */
	readonly url?: string | undefined;
	/** The headers that decide about format and compression. */
	readonly headers: {
		/** The formats that the scraper accepts; undefined means text. */
		readonly accept?: string | undefined;
		/** The compressions that the scraper accepts; undefined means none. */
		readonly 'accept-encoding'?: string | string[] | undefined;
	};
}

/**
 * The part of a response that is written. `ServerResponse` of node:http and the responses of Express fit. If a method of it
 * throws, that is logged once.
 */
export interface ScrapeResponse {
	/** The HTTP status. */
	statusCode: number;
	/** Whether the headers were sent. */
	readonly headersSent: boolean;
	/**
	 * Sets a header. What it returns is ignored.
	 *
	 * @param name - the name of the header
	 * @param value - its value; of `content-length` the number of bytes
	 */
	setHeader(name: string, value: string | number): unknown;
	/**
	 * Sends the body and ends the response. What it returns is ignored.
	 *
	 * @param body - the body. @default none is sent
	 */
	end(body?: string | Uint8Array): unknown;
}

const CONTENT_TYPES: Readonly<Record<PageFormat, string>> = {
	text: 'text/plain; version=0.0.4; charset=utf-8',
	openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** A page of fewer characters is sent uncompressed. */
const GZIP_FROM = 1024;

/** Collects the metrics and returns the page of this moment. Rejects if they cannot be collected. */
type PageRenderer = (format: PageFormat) => Promise<string>;

/** The renderers of all `prometheus` presets that run in this process. */
const renderers = processState('prometheus/handler', () => new Set<PageRenderer>());

/** Makes a page available to the handlers. Returns a function that removes it. */
export function registerPage(render: PageRenderer): () => void {
	renderers.add(render);
	return () => {
		renderers.delete(render);
	};
}

/**
 * Creates a request handler that serves the metrics page on a server of the application: of Node, or of a framework that
 * hands Node's request and response to its handlers, as Express does with `app.get('/metrics', prometheusHandler())`.
 *
 * It may be created before telemetry starts, and responds with 503 while no `prometheus` preset runs. If the server is
 * instrumented, scrapes become no spans if the handler is mounted at `prometheus.path`; at another path the first
 * scrape becomes one.
 *
 * @returns a handler whose promise resolves when the response has been written, and never rejects
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { prometheusHandler, startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'prometheus', prometheus: { listen: false } });
 * const server = createServer(prometheusHandler());
 * await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
 * const response = await fetch(`http://127.0.0.1:${(server.address() as { port: number }).port}/metrics`);
 * response.status; // => 200
 * server.close();
 * ```
 */
export function prometheusHandler(): (request: ScrapeRequest, response: ScrapeResponse) => Promise<void> {
	markHandlerCreated();
	return async (request, response) => {
		addMountPath(request);
		// While telemetry is handed over two run: the old one is served until it is closed.
		const [render] = renderers;
		if (render === undefined) respondWithText(response, 503, 'No telemetry with the prometheus preset is running.');
		else await respondWithPage(request, response, render);
	};
}

/**
 * Responds to one scrape with the page in the format and compression that the request accepts; with 405 if the method
 * is neither GET nor HEAD, and with 500 if the page cannot be rendered, which is reported once. Never rejects.
 */
export async function respondWithPage(
	request: ScrapeRequest,
	response: ScrapeResponse,
	render: PageRenderer,
): Promise<void> {
	if (request.method !== 'GET' && request.method !== 'HEAD') {
		response.setHeader('allow', 'GET, HEAD');
		respondWithText(response, 405, 'Read the metrics with GET.');
		return;
	}
	try {
		const format = negotiateFormat(request.headers.accept);
		let body: string | Buffer = await render(format);
		response.setHeader('content-type', CONTENT_TYPES[format]);
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
		if (!response.headersSent) respondWithText(response, 500, 'The metrics page could not be written.');
	}
}

/** Responds with a line of plain text. */
export function respondWithText(response: ScrapeResponse, status: number, text: string): void {
	response.statusCode = status;
	response.setHeader('content-type', 'text/plain; charset=utf-8');
	response.end(`${text}\n`);
}

/**
 * Returns the format that a scraper prefers. Prometheus 3 and 2.42 both give OpenMetrics 1.0.0 more weight than text; a
 * browser or curl names neither, and gets text.
 *
 * @param accept - the header of the request
 */
export function negotiateFormat(accept = ''): PageFormat {
	const weights: Record<PageFormat, number> = { openmetrics: 0, text: 0 };
	for (const range of accept.split(',')) {
		const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
		const values = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string | undefined]));
		const weight = Number(values.get('q') ?? 1);
		const version = values.get('version')?.replaceAll('"', '') ?? '1.0.0';
		if (type === 'application/openmetrics-text' && version === '1.0.0') {
			weights.openmetrics = Math.max(weights.openmetrics, weight);
		}
		if (type === 'text/plain' || type === 'text/*' || type === '*/*') weights.text = Math.max(weights.text, weight);
	}
	return weights.openmetrics > 0 && weights.openmetrics >= weights.text ? 'openmetrics' : 'text';
}
