import { VERSION } from '../../lib/runtime/version.js';
import type { TlsPaths } from './tls-files.js';

/** The address that one signal is sent to, with all options of its requests. */
export interface Target {
	/** Over HTTP the whole address of the signal; over gRPC the address of the server. */
	readonly url: string;
	readonly protocol: 'http/protobuf' | 'http/json' | 'grpc';
	/** The headers of every request. They are read at each request, so they may be replaced while it is connected. */
	headers: Readonly<Record<string, string>>;
	readonly compression: 'none' | 'gzip';
	/** The time limit of one request, in milliseconds, from the search for its server to the end of its answer. */
	readonly timeout: number;
	readonly tls: TlsPaths;
	/** `env` for the proxy that environment variables name, `none` for none, or the address of one. */
	readonly proxy: string;
}

/** What the requests of all transports are sent by. */
export const USER_AGENT = `agentese-otel/${VERSION} node/${process.versions.node}`;
