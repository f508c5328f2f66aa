import { type ClientHttp2Session, connect } from 'node:http2';
import type { Transport } from '../../delivery/sending/transport.js';
import { cutError, faultResult } from './connection-faults.js';
import { type Attempt, withDeadline } from './deadline.js';
import { proxyTo } from './env-proxy.js';
import { framed, readAnswer } from './grpc-answer.js';
import { Dialed } from './grpc-socket.js';
import { gzip } from './gzip.js';
import { type Target, USER_AGENT } from './target.js';
import type { TlsFiles } from './tls-files.js';

/** The most milliseconds that the header `grpc-timeout` can state: it has eight digits. */
const MAX_GRPC_TIMEOUT_MS = 99_999_999;

/** A connection to the server, and its HTTP/2 session. */
interface Connection {
	readonly dialed: Dialed;
	readonly session: Promise<ClientHttp2Session>;
	/** True while a call is in progress. */
	isBusy: boolean;
}

/**
 * Returns the transport to a destination over gRPC: unary calls on one HTTP/2 connection, which is made anew after each
 * failure. It connects when the first request is sent.
 *
 * It is built on Node's HTTP/2 alone, because it must be able to destroy a connection in whichever state it is: a
 * library that pools connections leaves one whose handshake stalls open, and the process then never ends.
 *
 * @param path - of the method: `/opentelemetry.proto.collector.trace.v1.TraceService/Export`
 * @throws Error if the proxy that leads to the server cannot be used
 */
export function grpcTransport(target: Target, tls: TlsFiles, path: string): Transport {
	const url = new URL(target.url);
	const { timeout, compression } = target;
	const proxy = proxyTo(url, true, target.proxy, process.env);
	let current: Connection | undefined;

	const drop = (dropped: Connection | undefined) => {
		dropped?.dialed.destroy();
		if (current === dropped) current = undefined;
	};
	const connected = (): Connection => {
		if (current !== undefined) return current;
		const dialed = new Dialed(url, tls, proxy);
		// A call that is in progress while the server leaves is answered still. The next one gets a new connection.
		const leave = () => {
			if (current === made) current = undefined;
			if (!made.isBusy) dialed.destroy();
		};
		const made: Connection = { dialed, session: sessionOn(dialed, url, leave), isBusy: false };
		current = made;
		return made;
	};
	const call = (message: Uint8Array, attempt: Attempt) => {
		const used = connected();
		const { dialed } = used;
		let isSound = false;
		let whenIdle: (() => void) | undefined;
		used.isBusy = true;
		attempt.onEnd(() => {
			used.isBusy = false;
			if (isSound && current === used) whenIdle?.();
			else drop(used);
		});
		const fail = (error: unknown) => attempt.end(faultResult(dialed.failure ?? error));
		used.session
			.then((session) => {
				if (session.destroyed) throw cutError('the connection was closed');
				session.ref();
				session.once('error', fail);
				const stream = session.request({
					'user-agent': USER_AGENT,
					...lowerCased(target.headers),
					':method': 'POST',
					':path': path,
					te: 'trailers',
					'content-type': 'application/grpc',
					'grpc-timeout': `${Math.min(Math.ceil(timeout), MAX_GRPC_TIMEOUT_MS)}m`,
					...(compression === 'gzip' && { 'grpc-encoding': 'gzip' }),
				});
				whenIdle = () => {
					session.off('error', fail);
					stream.close();
					// A connection that waits for the next request does not keep the process alive.
					session.unref();
				};
				readAnswer(stream, (result, isWhole) => {
					// An answer after which nothing is wrong with the connection, or with what it leads to.
					isSound ||= isWhole && (result.kind === 'accepted' || result.kind === 'badBody');
					if (result.kind === 'retry' && dialed.failure !== undefined) fail(dialed.failure);
					attempt.end(result);
				});
				stream.end(framed(message, compression === 'gzip'));
			})
			.catch(fail);
	};
	return {
		send: async (body) => {
			const message = compression === 'gzip' ? await gzip(body) : body;
			return withDeadline(timeout, (attempt) => call(message, attempt), faultResult);
		},
		close: () => drop(current),
	};
}

/** Starts HTTP/2 on a connection. @param onLeave - called when no further call may be made */
async function sessionOn(dialed: Dialed, url: URL, onLeave: () => void): Promise<ClientHttp2Session> {
	const socket = await dialed.socket;
	// The scheme and the host of a Unix domain socket mean nothing to HTTP.
	const authority = url.protocol === 'unix:' ? 'http://localhost' : url.origin;
	const session = connect(authority, {
		createConnection: () => socket,
		settings: { enablePush: false },
		// In MB. It holds a request as a whole, however large its one record is.
		maxSessionMemory: 256,
	});
	return session
		.on('error', (error) => {
			dialed.failure ??= error;
			onLeave();
		})
		.on('goaway', onLeave)
		.on('close', onLeave);
}

/** Returns headers as HTTP/2 demands them. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
