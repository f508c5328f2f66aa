import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { secretEndpoint, secretHeaders } from '../../lib/diagnostics/configured-secrets.js';
import { type Protocol, readEndpoint } from '../../presets/contract/endpoint.js';
import type { PathFault } from '../common/error.js';
import { pathText, SIGNALS } from '../common/layer.js';
import type { ConfigLayer, EffectiveConfig } from '../schema/config.js';
import { type Sources, sourceOf } from './merge.js';

/** Makes the files that a source names absolute: it means them from its own place. */
export function absoluteFiles(value: ConfigLayer, from: string, home: string): void {
	if (value.json?.directory !== undefined) value.json.directory = absolute(value.json.directory, from, home);
	const { delivery } = value;
	if (delivery?.directory !== undefined) delivery.directory = absolute(delivery.directory, from, home);
	for (const part of [value.otlp, ...SIGNALS.map((signal) => value.otlp?.[signal])]) {
		for (const name of ['ca', 'cert', 'key'] as const) {
			const file = part?.tls?.[name];
			if (part?.tls !== undefined && file !== undefined) part.tls[name] = absolute(file, from, home);
		}
	}
}

/** Makes every section with an endpoint keep the endpoint's password to itself. */
export function hidePasswords(config: EffectiveConfig): void {
	for (const signal of SIGNALS) config.otlp[signal] = secretEndpoint(config.otlp[signal]);
	config.otlp = secretEndpoint(config.otlp);
	config.jaeger = secretEndpoint(config.jaeger);
}

/** `~` is the person's home: a shell would have said so, and a directory of that name is never meant. */
export function absolute(path: string, from: string, home = homedir()): string {
	return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(from, path);
}

/** Gives every endpoint its scheme, and gRPC to those on its port for which nobody named a protocol. */
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
	const unsaid = (key: string) => (sources[key] ?? 'default') === 'default';
	for (const [key, part, protocol] of parts) {
		const read = part.endpoint === undefined ? undefined : readEndpoint(part.endpoint);
		if (read === undefined) continue;
		part.endpoint = read.url;
		if (read.protocol === undefined || !unsaid(protocol) || (key !== 'jaeger' && !unsaid('otlp.protocol'))) continue;
		part.protocol = read.protocol;
		const source = sources[`${key}.endpoint`];
		if (source !== undefined) sources[protocol] = source;
	}
}

/**
 * Sentences on endpoints that end in a signal's path, as backends show them: over HTTP that path is added to them, and a
 * backend's 404 would not say so.
 */
export function pathsTwice(config: EffectiveConfig, sources: Sources): string[] {
	return (['otlp', 'jaeger'] as const).flatMap((name) => {
		const { endpoint, protocol } = config[name];
		const [path, signal] = /\/v1\/(traces|metrics|logs)\/?$/.exec(URL.parse(endpoint ?? '')?.pathname ?? '') ?? [];
		if (path === undefined || protocol === 'grpc' || !config.preset.includes(name)) return [];
		const added = name === 'jaeger' ? 'the path /v1/traces' : 'the path of each signal';
		const other =
			name === 'jaeger' ? '' : `, or write all of it under otlp.${signal}.endpoint, which is taken as it stands`;
		const source = sources[`${name}.endpoint`] ?? 'default';
		return [`${source} says "${name}.endpoint" with ${path}, and ${added} is added to that. Leave it out${other}.`];
	});
}

/**
 * Fills `${env:NAME}` into headers, and makes them keep their values to themselves. What `OTEL_EXPORTER_OTLP_HEADERS`
 * say is taken as it stands.
 *
 * @returns a fault for each variable that is not set, and for each header that cannot be sent: a request that fails would
 * be seen much later
 */
export function normalizeHeaders(config: EffectiveConfig, sources: Sources): PathFault[] {
	const faults: PathFault[] = [];
	const parts = [['otlp'], ...SIGNALS.map((signal) => ['otlp', signal])] as const;
	for (const path of parts) {
		const part = path.length === 1 ? config.otlp : config.otlp[path[1] as (typeof SIGNALS)[number]];
		if (part.headers === undefined) continue;
		const filled: Record<string, string> = {};
		for (const [name, text] of Object.entries(part.headers)) {
			const at = [...path, 'headers', name];
			const source = sourceOf(sources, at) ?? 'default';
			const fault = (message: string) => faults.push({ source, key: pathText(at), path: at, message });
			const value = source.startsWith('OTEL_') ? text : fill(text, pathText(at), fault);
			filled[name] = value;
			const wrong = faultOfHeader(name, value);
			if (wrong !== undefined) fault(`"${pathText(at)}" ${wrong}`);
		}
		part.headers = secretHeaders(filled);
	}
	return faults;
}

/** What Node refuses to send, at every request anew; a token that was read from a file often ends in a line break. */
function faultOfHeader(name: string, value: string): string | undefined {
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
		return "is no name of a header; legal: letters, digits and !#$%&'*+-.^_`|~, and no space.";
	}
	if (/[\r\n]/.test(value))
		return 'holds a line break, which no header may. Take it out, of its variable if it has one.';
	if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return 'holds a character that no header may. Write it percent-encoded.';
	return undefined;
}

function fill(text: string, key: string, fault: (message: string) => void): string {
	return text.replace(/\$\{([^}]*)\}/g, (whole, inside: string) => {
		const [, name] = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(inside) ?? [];
		if (name === undefined) {
			const meant = /^[A-Za-z_][A-Za-z0-9_]*$/.test(inside) ? ` Did you mean "\${env:${inside}}"?` : '';
			fault(`"${key}" has a reference that is none; legal: "\${env:NAME}", the name of a variable.${meant}`);
			return whole;
		}
		const value = process.env[name];
		if (value !== undefined && value !== '') return value;
		fault(
			`"${key}" wants the variable ${name}, which is ${value === '' ? 'empty' : 'not set'}. Set it, or leave the header out.`,
		);
		return whole;
	});
}
