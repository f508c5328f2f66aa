import { BlockList, isIP } from 'node:net';

/** An HTTP proxy, and what names it. */
export interface HttpProxy {
	/** Its address, of the scheme `http:` or `https:`. */
	readonly url: URL;
	/** `otlp.proxy`, or the name of an environment variable. */
	readonly source: string;
}

/** Environment variables. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the proxy that leads to a server, and undefined if there is none.
 *
 * The variables are those that curl, Node and gRPC libraries read: `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the
 * server's address, `ALL_PROXY` if that is not set, and for gRPC `GRPC_PROXY` before them, each in lower case first. No
 * proxy leads to a server that `NO_PROXY` (for gRPC `NO_GRPC_PROXY` before it) names: by its name, by a domain that it is
 * in, by its address or a range of addresses (`10.0.0.0/8`), each with or without a port, or by `*`. With
 * `NODE_USE_ENV_PROXY=0` the variables are not read.
 *
 * @param url - the address of the server
 * @param configured - `env` for these variables, `none` for no proxy, or the address of a proxy
 * @throws Error if the address of the proxy is not legal
 */
export function proxyTo(url: URL, isGrpc: boolean, configured: string, env: Environment): HttpProxy | undefined {
	if (configured === 'none' || url.protocol === 'unix:') return undefined;
	if (configured !== 'env') return { url: parsed(configured, 'otlp.proxy'), source: 'otlp.proxy' };
	if (env['NODE_USE_ENV_PROXY']?.trim() === '0') return undefined;
	const grpc = isGrpc ? ['grpc_proxy'] : [];
	// gRPC libraries read the variable of TLS first, whatever the scheme is.
	const byScheme = isGrpc ? ['https_proxy', 'http_proxy'] : [url.protocol === 'https:' ? 'https_proxy' : 'http_proxy'];
	const named = firstOf(env, [...grpc, ...byScheme, 'all_proxy']);
	if (named === undefined) return undefined;
	const [, excluded = ''] = firstOf(env, [...(isGrpc ? ['no_grpc_proxy'] : []), 'no_proxy']) ?? [];
	if (isExcluded(url, excluded)) return undefined;
	const [source, text] = named;
	return { url: parsed(text, source), source };
}

/** The name and the value of the first variable that is set; each name in lower case and then in upper case. */
function firstOf(env: Environment, names: readonly string[]): readonly [name: string, value: string] | undefined {
	for (const name of names.flatMap((lower) => [lower, lower.toUpperCase()])) {
		const value = env[name]?.trim();
		if (value) return [name, value];
	}
	return undefined;
}

/** Parses the address of a proxy. Without a scheme it is that of HTTP. @throws Error if it is not legal */
function parsed(text: string, source: string): URL {
	const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
	if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
	throw new Error(
		`the proxy that ${source} names cannot be used; legal: an address that begins with http:// or https://, got ${
			url === null ? 'a text that is no address' : `one of the scheme ${url.protocol}`
		}`,
	);
}

/** Whether a list of servers that need no proxy contains a server. */
function isExcluded(url: URL, list: string): boolean {
	const host = bare(url.hostname);
	const port = url.port || (url.protocol === 'https:' ? '443' : '80');
	return list
		.split(/[\s,]+/)
		.filter((entry) => entry !== '')
		.some((entry) => {
			if (entry === '*') return true;
			const [, name = entry, ofPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
			if (ofPort !== undefined && ofPort !== port) return false;
			if (name.includes('/')) return isInRange(host, name);
			const domain = bare(name).replace(/^\*?\./, '');
			return domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
		});
}

/** A host in lower case, without the brackets of an IPv6 address and without a dot at its end. */
function bare(host: string): string {
	return host
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '');
}

/** Whether an address is in a range such as `10.0.0.0/8`. */
function isInRange(host: string, range: string): boolean {
	const [network = '', bits = ''] = range.split('/');
	const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
	if (isIP(host) === 0 || isIP(network) === 0 || !/^\d+$/.test(bits)) return false;
	try {
		const list = new BlockList();
		list.addSubnet(network, Number(bits), family);
		return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
	} catch {
		return false;
	}
}

/** Returns the header that names the user of a proxy, if its address has one. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
	if (username === '' && password === '') return undefined;
	const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return `Basic ${Buffer.from(user).toString('base64')}`;
}

/** Adds the proxy to an error, so that it is not taken for one of the backend. */
export function throughProxy(error: unknown, { url, source }: HttpProxy): Error {
	const { message, code } = error as NodeJS.ErrnoException;
	const text = `${message}, through the proxy ${url.host} that ${source} names`;
	return Object.assign(new Error(text), code === undefined ? {} : { code });
}
