import { join, resolve } from 'node:path';
import { secretEndpoint, secretHeaders } from '../../lib/diagnostics/configured-secrets.js';
import { type Protocol, readEndpoint } from '../../presets/contract/endpoint.js';
import { homeDirectory } from '../common/directories.js';
import type { PathFault } from '../common/error.js';
import { pathText, SIGNALS } from '../common/layer.js';
import type { ConfigLayer, EffectiveConfig } from '../schema/config.js';
import { type Sources, sourceOf } from './merge.js';

/**
 * Makes the relative paths in the value of one source absolute, in place.
 *
 * @param directory - the directory that relative paths are resolved from
 * @param home - the directory that `~` stands for
 */
export function resolveFiles(value: ConfigLayer, directory: string, home: string): void {
	if (value.json?.directory !== undefined) value.json.directory = toAbsolute(value.json.directory, directory, home);
	const { delivery } = value;
	if (delivery?.directory !== undefined) delivery.directory = toAbsolute(delivery.directory, directory, home);
	for (const part of [value.otlp, ...SIGNALS.map((signal) => value.otlp?.[signal])]) {
		for (const name of ['ca', 'cert', 'key'] as const) {
			const file = part?.tls?.[name];
			if (part?.tls !== undefined && file !== undefined) part.tls[name] = toAbsolute(file, directory, home);
		}
	}
}

/** Hides the passwords of all endpoints if the config is printed or turned into JSON. */
export function hidePasswords(config: EffectiveConfig): void {
	for (const signal of SIGNALS) config.otlp[signal] = secretEndpoint(config.otlp[signal]);
	config.otlp = secretEndpoint(config.otlp);
	config.jaeger = secretEndpoint(config.jaeger);
}

/** Returns the absolute path of a file. `~` at its start is the home directory, as in a shell. */
export function toAbsolute(path: string, directory: string, home = homeDirectory() ?? '/'): string {
	return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(directory, path);
}

/**
 * Adds a scheme to every endpoint that has none, and sets the protocol of endpoints on gRPC's port to gRPC if no source
 * sets a protocol.
 */
export function normalizeEndpoints(config: EffectiveConfig, sources: Sources): void {
	const parts: [string, { endpoint?: string | undefined; protocol?: Protocol | undefined }, string][] = [
		['otlp', config.otlp, 'otlp.protocol'],
		['jaeger', config.jaeger, 'jaeger.protocol'],
		...SIGNALS.map((signal): [string, EffectiveConfig['otlp']['traces'], string] => [
			`otlp.${signal}`,
			config.otlp[signal],
			`otlp.${signal}.protocol`,
		]),
	];
	const isDefault = (key: string) => (sources[key] ?? 'default') === 'default';
	for (const [key, part, protocolKey] of parts) {
		const read = part.endpoint === undefined ? undefined : readEndpoint(part.endpoint);
		if (read === undefined) continue;
		part.endpoint = read.url;
		if (read.protocol === undefined || !isDefault(protocolKey)) continue;
		// A signal without a protocol of its own uses that of otlp.
		if (key !== 'jaeger' && !isDefault('otlp.protocol')) continue;
		part.protocol = read.protocol;
		// The endpoint is why the protocol is gRPC.
		const source = sources[`${key}.endpoint`];
		if (source !== undefined) sources[protocolKey] = source;
	}
}

/**
 * Returns a notice for each endpoint that ends in the path of a signal, as the pages of backends show it. Over HTTP
 * that path is added to the endpoint once more, and the backend's 404 does not tell the reason.
 */
export function repeatedPathNotices(config: EffectiveConfig, sources: Sources): string[] {
	return (['otlp', 'jaeger'] as const).flatMap((name) => {
		const { endpoint, protocol } = config[name];
		const [path, signal] = /\/v1\/(traces|metrics|logs)\/?$/.exec(URL.parse(endpoint ?? '')?.pathname ?? '') ?? [];
		// gRPC has no paths, and a preset that is not used sends nothing.
		if (path === undefined || protocol === 'grpc' || !config.preset.includes(name)) return [];
		const added = name === 'jaeger' ? 'the path /v1/traces' : 'the path of each signal';
		const alternative =
			name === 'jaeger'
				? ''
				: `, or write the whole address under otlp.${signal}.endpoint, which is used without a change`;
		const source = sources[`${name}.endpoint`] ?? 'default';
		return [
			`${source} sets "${name}.endpoint" with ${path}, and ${added} is added to that. Leave it out${alternative}.`,
		];
	});
}

/**
 * Replaces `${env:NAME}` in all headers, and hides their values if the config is printed or turned into JSON. The value
 * of `OTEL_EXPORTER_OTLP_HEADERS` is used without a replacement.
 *
 * @returns a fault for each variable that is not set, and for each header that cannot be sent: otherwise only the first
 * request would fail
 */
export function normalizeHeaders(config: EffectiveConfig, sources: Sources): PathFault[] {
	const faults: PathFault[] = [];
	const { otlp, jaeger } = config;
	const sections: readonly (readonly [readonly string[], { headers?: Record<string, string> | undefined }])[] = [
		[['otlp'], otlp],
		...SIGNALS.map((signal) => [['otlp', signal], otlp[signal]] as const),
		[['jaeger'], jaeger],
	];
	for (const [section, part] of sections) {
		if (part.headers === undefined) continue;
		const headers: Record<string, string> = {};
		for (const [name, text] of Object.entries(part.headers)) {
			const path = [...section, 'headers', name];
			const source = sourceOf(sources, path) ?? 'default';
			const addFault = (message: string) => faults.push({ source, key: pathText(path), path, message });
			// OpenTelemetry's variables have no references: their values are sent unchanged.
			const value = source.startsWith('OTEL_') ? text : replaceReferences(text, pathText(path), addFault);
			headers[name] = value;
			const problem = faultOfHeader(name, value);
			if (problem !== undefined) addFault(`"${pathText(path)}" ${problem}`);
		}
		part.headers = secretHeaders(headers);
	}
	return faults;
}

/**
 * Returns why Node would refuse to send a header, and undefined if it would not. A frequent reason is a token that was
 * read from a file and ends in a line break.
 */
function faultOfHeader(name: string, value: string): string | undefined {
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
		return "is not a header name; legal: letters, digits and !#$%&'*+-.^_`|~, and no space.";
	}
	if (/[\r\n]/.test(value))
		return 'contains a line break, which headers cannot have. Remove it from the value, or from its variable.';
	if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
		return 'contains a character that headers cannot have. Write it percent-encoded.';
	return undefined;
}

/** Replaces every `${env:NAME}` in a text by the variable's value; a reference that is faulty stays as it is. */
function replaceReferences(text: string, key: string, addFault: (message: string) => void): string {
	return text.replace(/\$\{([^}]*)\}/g, (reference, inside: string) => {
		const [, name] = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(inside) ?? [];
		if (name === undefined) {
			const hint = /^[A-Za-z_][A-Za-z0-9_]*$/.test(inside) ? ` Did you mean "\${env:${inside}}"?` : '';
			addFault(`"${key}" has an invalid reference; legal: "\${env:NAME}", the name of a variable.${hint}`);
			return reference;
		}
		const value = process.env[name];
		if (value !== undefined && value !== '') return value;
		addFault(
			`"${key}" needs the variable ${name}, which is ${value === '' ? 'empty' : 'not set'}. Set it, or leave the header out.`,
		);
		return reference;
	});
}
