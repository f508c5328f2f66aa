import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { SendResult, Transport } from '../../delivery/sending/transport.js';
import { acceptedIf, MAX_ANSWER_BYTES, notOtlp, textOf } from './answer.js';
import { cutError, faultResult } from './connection-faults.js';
import { type Attempt, withDeadline } from './deadline.js';
import { type HttpProxy, proxyAuthorization, proxyTo, throughProxy } from './env-proxy.js';
import { Dialed } from './grpc-socket.js';
import { gunzip, gzip } from './gzip.js';
import { statusResult } from './http-status.js';
import { type Target, USER_AGENT } from './target.js';
import type { TlsFiles } from './tls-files.js';

/** Returns the transport to a destination over HTTP/1.1. It connects when the first request is sent. */
export async function httpTransport(target: Target, tls: TlsFiles): Promise<Transport> {
	const url = new URL(target.url);
	const { protocol, compression, timeout } = target;
	const proxy = proxyTo(url, false, target.proxy, process.env);
	const isPlain = url.protocol === 'http:';
	// A proxy reads a plain request itself, which names the whole address. It tunnels a request with TLS.
	const forwarding = isPlain ? proxy : undefined;
	const tunnel = isPlain ? undefined : proxy;
	const { request, Agent } = await ((forwarding?.url ?? url).protocol === 'https:'
		? import('node:https')
		: import('node:http'));
	const type = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
	const agent = new Agent({ keepAlive: true, ...(forwarding === undefined && tls) });
	const dialing = new Set<Dialed>();
	if (tunnel !== undefined) tunnelThroughAgent(agent, url, tls, tunnel, dialing);
	const fault = (error: unknown) => faultResult(proxy === undefined ? error : throughProxy(error, proxy));
	const open = new Set<ClientRequest>();

	const post = (body: Uint8Array, attempt: Attempt) => {
		const headers = {
			'User-Agent': USER_AGENT,
			...target.headers,
			'Content-Type': type,
			'Content-Length': body.length,
			...(compression === 'gzip' && { 'Content-Encoding': 'gzip' }),
		};
		const authorization = forwarding && proxyAuthorization(forwarding.url);
		const sent =
			forwarding === undefined
				? request(url, { method: 'POST', agent, headers })
				: request(withoutUser(forwarding.url), {
						...{ method: 'POST', agent, path: withoutUser(url).href, auth: userOf(url) },
						headers: { ...headers, Host: url.host, ...(authorization && { 'Proxy-Authorization': authorization }) },
					});
		open.add(sent);
		let answer: IncomingMessage | undefined;
		attempt.onEnd(() => {
			open.delete(sent);
			// A connection whose answer was read to its end is kept for the next request.
			if (answer?.complete === true) return;
			sent.destroy();
			for (const dialed of dialing) dialed.destroy();
		});
		sent.on('response', (response) => {
			answer = response;
			readAnswer(response, attempt);
		});
		sent.on('upgrade', (response, socket) => {
			socket.destroy();
			attempt.end(failure(response, Buffer.alloc(0)));
		});
		sent.on('error', (error) => attempt.end(fault(error)));
		sent.on('close', () => {
			if (answer === undefined) attempt.end(fault(cutError('the connection was closed without an answer')));
		});
		sent.end(body);
	};
	return {
		send: async (body) => {
			const content = compression === 'gzip' ? await gzip(body) : body;
			return withDeadline(timeout, (attempt) => post(content, attempt), faultResult);
		},
		close: () => {
			for (const sent of open) sent.destroy();
			for (const dialed of dialing) dialed.destroy();
			agent.destroy();
		},
	};
}

/**
 * Makes an agent connect through the tunnel of a proxy.
 *
 * @param dialing - has the connections that are being made: the agent knows none of them yet, so nothing else could
 *   destroy one that stalls
 */
function tunnelThroughAgent(agent: Agent, url: URL, tls: TlsFiles, proxy: HttpProxy, dialing: Set<Dialed>): void {
	agent.createConnection = (_options, done) => {
		const dialed = new Dialed(url, tls, proxy, 'http/1.1');
		dialing.add(dialed);
		const settle = (error: Error | null, socket?: Socket) => {
			dialing.delete(dialed);
			// The type of the callback has a socket in any case.
			done?.(error, socket as Socket);
		};
		dialed.socket.then(
			(socket) => settle(null, socket),
			(error: Error) => settle(error),
		);
		return undefined;
	};
}

/** Returns the user name and the password of an address, as Node's `request` takes them. */
function userOf({ username, password }: URL): string | undefined {
	return username === '' ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

/** Returns an address without its user name and password. */
function withoutUser(url: URL): URL {
	const copy = new URL(url);
	copy.username = '';
	copy.password = '';
	return copy;
}

/** Reads the body of a response, up to a limit, and ends the attempt with what it means. */
function readAnswer(response: IncomingMessage, attempt: Attempt): void {
	const { statusCode = 0 } = response;
	const isSuccess = statusCode >= 200 && statusCode < 300;
	const chunks: Buffer[] = [];
	let length = 0;
	// What is known already decides, where the rest of the body would only be a text for a person.
	const early = () => failure(response, Buffer.concat(chunks));
	if (!isSuccess) attempt.late = early;
	response.on('data', (chunk: Buffer) => {
		chunks.push(chunk);
		length += chunk.length;
		if (length <= MAX_ANSWER_BYTES) return;
		attempt.end(isSuccess ? notOtlp(`${statusCode} with more than ${MAX_ANSWER_BYTES} bytes`) : early());
	});
	response.on('end', () => {
		// `end` follows a connection that was cut, too, if the length was not known.
		if (!response.complete) return;
		void answerResult(response, Buffer.concat(chunks)).then((result) => attempt.end(result));
	});
	const cut = (error: unknown) => attempt.end(isSuccess ? faultResult(error) : early());
	response.on('error', cut);
	response.on('close', () => {
		if (!response.complete) cut(cutError('the connection was closed within the answer'));
	});
}

/** Returns what a complete response means. Never rejects. */
async function answerResult(response: IncomingMessage, raw: Buffer): Promise<SendResult> {
	const { statusCode = 0, headers } = response;
	const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
	let body: Buffer | undefined = raw;
	if (encoding !== 'identity' && raw.length > 0) {
		// No encoding was asked for, but some proxies compress everything. What grows beyond the limit is not read.
		body = /^(x-)?gzip$/.test(encoding) ? await gunzip(raw, MAX_ANSWER_BYTES).catch(() => undefined) : undefined;
	}
	if (statusCode < 200 || statusCode >= 300) return failure(response, body ?? Buffer.alloc(0));
	if (body === undefined) return notOtlp(`${statusCode} with a body that cannot be decompressed`);
	return acceptedIf(statusCode, headers['content-type'], body);
}

/** Returns what a response other than success means. */
function failure({ statusCode = 0, statusMessage = '', headers }: IncomingMessage, body: Buffer): SendResult {
	return statusResult({
		status: statusCode,
		phrase: statusMessage,
		retryAfter: headers['retry-after'],
		location: headers.location,
		answer: textOf(headers['content-type'], body),
	});
}
