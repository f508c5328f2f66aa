import { gzipSync } from 'node:zlib';
import { type Behaviour, framed, type GrpcExchange, type HttpExchange } from './server.js';

/** One way in which a backend misbehaves, and what is promised for it. docs/chaos.md is made of this table. */
export interface Kind {
	readonly name: string;
	readonly over: 'http' | 'grpc';
	/** What becomes of the spans: all arrive after the backend is healed, or the bad one is set aside and the others arrive. */
	readonly promise: 'all arrive' | 'all but the bad one arrive';
	/** True if the backend behaves like that for ever. @default false */
	readonly lasts?: boolean;
	/** True if the answer to spans that it has taken is lost, so that they arrive twice. @default false */
	readonly twice?: boolean;
	readonly bad: Behaviour;
}

/** The name of the span that some backends do not accept. */
export const BAD = 'bad';

/** Calls something every `ms` milliseconds until the connection is closed. */
function trickle(socket: { once(event: 'close', listener: () => void): unknown }, ms: number, write: () => void): void {
	const timer = setInterval(write, ms);
	socket.once('close', () => clearInterval(timer));
}

const answer = (status: number, headers: Record<string, string> = {}, body: string | Buffer = ''): Behaviour => ({
	http: ({ response }) => void response.writeHead(status, headers).end(body),
});
/** Answers with bytes as they are, and closes the connection or leaves it open. */
const raw = (text: string, end = true): Behaviour => ({
	http: ({ socket }) => void (end ? socket.end(text, 'latin1') : socket.write(text, 'latin1')),
});
const overHttp = (http: (exchange: HttpExchange) => void): Behaviour => ({ http });
const overGrpc = (grpc: (exchange: GrpcExchange) => void): Behaviour => ({ grpc });
const status = (code: number, message?: string, headers?: Record<string, string>): Behaviour => ({
	grpc: (exchange) => exchange.status(code, message, headers),
});

/** `google.rpc.Status` with a `RetryInfo` of one second, in base64. */
const RETRY_INFO = (() => {
	const field = (number: number, inner: Buffer) => Buffer.concat([Buffer.from([number * 8 + 2, inner.length]), inner]);
	const any = Buffer.concat([
		field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
		field(2, field(1, Buffer.from([8, 1]))),
	]);
	return Buffer.concat([Buffer.from([8, 14]), field(3, any)]).toString('base64');
})();

const ESCAPES = '\x1b[2J\x1b]0;owned\x07\u009b31m';
const MIB = 2 ** 20;

/** 64 MiB in 64 kB. */
const BOMB = gzipSync(Buffer.alloc(64 * MIB));

type Row = [name: string, bad: Behaviour, more?: Partial<Kind>];

const HTTP: Row[] = [
	['never answers', overHttp(() => undefined)],
	['reads nothing', { connection: (socket) => Boolean(socket.pause()) }],
	['resets the connection before it reads', { connection: (socket) => Boolean(socket.resetAndDestroy()) }],
	['resets the connection after it has read', overHttp(({ socket }) => void socket.resetAndDestroy())],
	['closes the connection after it has read', overHttp(({ socket }) => void socket.end())],
	['answers something that is no HTTP', raw('220 mail.example ESMTP\r\n')],
	[
		'102 Processing for ever',
		overHttp(({ socket }) => trickle(socket, 50, () => socket.write('HTTP/1.1 102 P\r\n\r\n'))),
	],
	[
		'a header line now and then',
		overHttp(({ socket }) => {
			socket.write('HTTP/1.1 200 OK\r\n');
			trickle(socket, 50, () => socket.write('x: y\r\n'));
		}),
	],
	[
		'200 and a byte of its body now and then',
		overHttp(({ response, socket }) => {
			response.writeHead(200);
			trickle(socket, 50, () => response.write('x'));
		}),
	],
	['200 and a body that is cut', raw('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nabc')],
	[
		'503 and a byte of its body now and then',
		overHttp(({ response, socket }) => {
			response.writeHead(503);
			trickle(socket, 50, () => response.write('x'));
		}),
	],
	[
		'429 with Retry-After, four of five times',
		overHttp(({ number, response, accept }) =>
			number % 5 === 0 ? accept() : void response.writeHead(429, { 'retry-after': '1' }).end(),
		),
	],
	['503 without Retry-After', answer(503)],
	['502 from a proxy, as HTML', answer(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>')],
	['504', answer(504)],
	['500', answer(500)],
	['501', answer(501)],
	['401 while a key is renewed', answer(401)],
	['403', answer(403)],
	['404 while a route is missing', answer(404)],
	['408', answer(408)],
	['302 to a page to sign in', answer(302, { location: 'http://user:secret@login.example/?token=secret' })],
	['101 to another protocol', raw('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', false)],
	['200 with a page of HTML', answer(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title>')],
	['200 with "OK"', answer(200, { 'content-type': 'text/plain' }, 'OK')],
	['200 with an error in JSON', answer(200, { 'content-type': 'application/json' }, '{"error":"quota"}')],
	['200 with half of a JSON text', answer(200, { 'content-type': 'application/json' }, '{"partialSuccess":{')],
	['200 with bytes that are no protobuf', answer(200, { 'content-type': 'application/x-protobuf' }, '\xff\xff\xff')],
	[
		'200 with 64 MiB',
		overHttp(({ response, socket }) => {
			response.writeHead(200, { 'content-type': 'application/x-protobuf' });
			const chunk = Buffer.alloc(MIB);
			const more = (left: number): void => {
				if (left > 0 && !socket.destroyed) response.write(chunk, () => more(left - 1));
			};
			more(64);
		}),
	],
	['200 with a gzip bomb', answer(200, { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }, BOMB)],
	['a header of 64 KiB', raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65536)}\r\n\r\n`)],
	[
		'escape sequences in the reason phrase and the body',
		raw(`HTTP/1.1 500 ${ESCAPES}\r\ncontent-length: 4\r\n\r\n\x1b[2J`),
	],
	[
		'takes the spans and resets the connection',
		overHttp(({ take, socket }) => {
			take();
			socket.resetAndDestroy();
		}),
		{ twice: true },
	],
	[
		'closes the connection after each answer',
		overHttp(({ response, accept }) => {
			response.setHeader('connection', 'close');
			accept();
		}),
	],
	[
		'413 for more than 3 KiB',
		overHttp(({ bytes, response, accept }) => (bytes > 3072 ? void response.writeHead(413).end() : accept())),
		{ lasts: true },
	],
	['413 for everything', answer(413)],
	['400 for everything', answer(400)],
	[
		'400 for one span',
		overHttp(({ names, response, accept }) => (names.includes(BAD) ? void response.writeHead(400).end() : accept())),
		{ lasts: true, promise: 'all but the bad one arrive' },
	],
	[
		'a partial success that rejects none, with a warning',
		overHttp(({ accept }) =>
			accept({ json: { errorMessage: 'slow down' }, protobuf: Buffer.from([0x0a, 3, 0x12, 1, 0x21]) }),
		),
	],
	[
		'a partial success that rejects -1 spans',
		overHttp(({ accept }) =>
			accept({ json: { rejectedSpans: '-1' }, protobuf: Buffer.from([0x0a, 11, 8, ...Array(9).fill(0xff), 1]) }),
		),
	],
];

const GRPC: Row[] = [
	['the connection is accepted, and nothing is read', { connection: (socket) => Boolean(socket.pause()) }],
	['resets the connection before it reads', { connection: (socket) => Boolean(socket.resetAndDestroy()) }],
	['speaks HTTP/1 alone', { connection: (socket) => Boolean(socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')) }],
	['never answers', overGrpc(() => undefined)],
	[
		'headers, and then nothing',
		overGrpc(({ stream }) => stream.respond({ ':status': 200, 'content-type': 'application/grpc' })),
	],
	[
		'a message, a byte now and then',
		overGrpc(({ stream }) => {
			stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
			trickle(stream, 50, () => void (stream.destroyed || stream.write('\0')));
		}),
	],
	['UNAVAILABLE', status(14)],
	['UNAVAILABLE with RetryInfo', status(14, 'busy', { 'grpc-status-details-bin': RETRY_INFO })],
	[
		'RESOURCE_EXHAUSTED with RetryInfo, four of five times',
		overGrpc((exchange) =>
			exchange.number % 5 === 0
				? exchange.accept()
				: exchange.status(8, 'quota', { 'grpc-status-details-bin': RETRY_INFO }),
		),
	],
	['RESOURCE_EXHAUSTED without RetryInfo', status(8, 'quota')],
	['DEADLINE_EXCEEDED', status(4)],
	['INTERNAL', status(13)],
	['UNKNOWN', status(2)],
	['UNAUTHENTICATED while a key is renewed', status(16)],
	['PERMISSION_DENIED', status(7)],
	['UNIMPLEMENTED', status(12)],
	[
		'a status that is no number',
		overGrpc(({ stream }) =>
			stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': 'x' }, { endStream: true }),
		),
	],
	[
		'OK without a message',
		overGrpc(({ stream }) =>
			stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true }),
		),
	],
	[
		'a message without a status',
		overGrpc(({ stream }) => {
			stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
			stream.end(framed(Buffer.alloc(0)));
		}),
	],
	[
		'a page of HTML over HTTP/2',
		overGrpc(({ stream }) => {
			stream.respond({ ':status': 200, 'content-type': 'text/html' });
			stream.end('<h1>hello</h1>');
		}),
	],
	['502 of a proxy over HTTP/2', overGrpc(({ stream }) => stream.respond({ ':status': 502 }, { endStream: true }))],
	[
		'a message that is no protobuf',
		overGrpc(({ accept, take: _ }) => accept(Buffer.from([0xff, 0xff, 0xff]))),
		{ twice: true },
	],
	[
		'a message of 8 MiB',
		overGrpc(({ stream }) => {
			stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
			stream.write(framed(Buffer.alloc(8 * MIB)));
		}),
	],
	[
		'a gzip bomb',
		overGrpc(({ stream }) => {
			stream.respond(
				{ ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': 'gzip' },
				{ waitForTrailers: true },
			);
			stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
			stream.end(framed(BOMB, 1));
		}),
	],
	['escape sequences in the message', status(13, encodeURIComponent(ESCAPES))],
	['RST_STREAM', overGrpc(({ stream }) => stream.close(2))],
	['REFUSED_STREAM', overGrpc(({ stream }) => stream.close(7))],
	[
		'GOAWAY after each answer',
		overGrpc(({ stream, accept }) => {
			accept();
			stream.session?.close();
		}),
	],
	['GOAWAY in place of an answer, ENHANCE_YOUR_CALM', overGrpc(({ stream }) => stream.session?.destroy(undefined, 11))],
	[
		'takes the spans and resets the connection',
		overGrpc(({ take, socket }) => {
			take();
			socket.destroy();
		}),
		{ twice: true },
	],
	[
		'a message that is too large, above 3 KiB',
		overGrpc((exchange) =>
			exchange.bytes > 3072
				? exchange.status(8, 'grpc: received message larger than max (9 vs. 3)')
				: exchange.accept(),
		),
		{ lasts: true },
	],
	['INVALID_ARGUMENT for everything', status(3)],
	[
		'INVALID_ARGUMENT for one span',
		overGrpc((exchange) => (exchange.names.includes(BAD) ? exchange.status(3) : exchange.accept())),
		{ lasts: true, promise: 'all but the bad one arrive' },
	],
];

const kindsOf = (over: Kind['over'], rows: Row[]): Kind[] =>
	rows.map(([name, bad, more = {}]) => ({ name, over, promise: 'all arrive', bad, ...more }));

/** All kinds, over HTTP and gRPC. */
export const KINDS: readonly Kind[] = [...kindsOf('http', HTTP), ...kindsOf('grpc', GRPC)];
