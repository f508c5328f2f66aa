import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Span, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { createApiRegistry } from '../../../sdk/api-registry/registry.js';

const KEY = Symbol.for('opentelemetry.js.api.1');
const LOGS_KEY = Symbol.for('io.opentelemetry.js.api.logs');
const host = globalThis as {
	[KEY]?: Record<string, unknown> | undefined;
	[LOGS_KEY]?: ((version: number) => unknown) | undefined;
};

const errors: string[] = [];
const diag = { error: (message: string) => errors.push(message) };

/** A tracer provider whose spans are recorded by their names. */
function recording(names: string[]): TracerProvider {
	const startSpan = (name: string) => {
		names.push(name);
		return {} as Span;
	};
	return { getTracer: () => ({ startSpan }) as unknown as Tracer };
}

/** Puts a registry in place that another copy of the API created. */
function registryOf(version: string, members: Record<string, unknown> = {}): void {
	host[KEY] = Object.defineProperty({ ...members }, 'version', { value: version, enumerable: true });
}

beforeEach(() => {
	errors.length = 0;
	host[KEY] = undefined;
	delete host[LOGS_KEY];
	trace.disable();
});
afterEach(() => {
	host[KEY] = undefined;
	delete host[LOGS_KEY];
});

it('reads what is registered, whatever the version of the copy that registered it', () => {
	const { getGlobal } = createApiRegistry('1.10.0');
	expect(getGlobal('trace')).toBeUndefined();
	for (const version of ['1.4.0', '1.9.1', '1.10.0', '1.12.3']) {
		const provider = recording([]);
		registryOf(version, { trace: provider });
		expect(getGlobal('trace')).toBe(provider);
	}
});

it.each([
	['there is none', undefined, '1.10.0', '1.10.0'],
	['an older copy created it', '1.9.1', '1.10.0', '1.9.1'],
	['the same version created it', '1.10.0', '1.10.0', '1.10.0'],
	['a newer copy created it', '1.12.3', '1.12.3', '1.12.3'],
])(
	'registers if %s, in such a way that the application reads it, and gives the version back',
	(_, version, during, after) => {
		const { registerGlobal, unregisterGlobal } = createApiRegistry('1.10.0');
		const mine = { inject: () => undefined };
		if (version !== undefined) registryOf(version, { propagation: mine });
		const names: string[] = [];
		const provider = recording(names);
		expect(registerGlobal('trace', provider, diag)).toBe(true);
		expect(host[KEY]?.['version']).toBe(during);
		expect(trace.getTracerProvider()).toBe(provider);
		trace.getTracer('application').startSpan('span');
		expect(names).toEqual(['span']);
		unregisterGlobal('trace');
		expect(host[KEY]?.['version']).toBe(after);
		expect([host[KEY]?.['trace'], host[KEY]?.['propagation']]).toEqual([
			undefined,
			version === undefined ? undefined : mine,
		]);
		expect(errors).toEqual([]);
	},
);

it('keeps the raised version until the last registration of its own is removed', () => {
	const { registerGlobal, unregisterGlobal } = createApiRegistry('1.10.0');
	const theirs = { getMeter: () => undefined };
	registryOf('1.9.1', { metrics: theirs });
	registerGlobal('diag', { debug: () => undefined }, diag);
	registerGlobal('trace', recording([]), diag);
	unregisterGlobal('trace');
	expect(host[KEY]?.['version']).toBe('1.10.0');
	unregisterGlobal('diag');
	expect([host[KEY]?.['version'], host[KEY]?.['metrics']]).toEqual(['1.9.1', theirs]);
});

it('refuses a second registration with an error, and leaves the version as it was', () => {
	const { registerGlobal } = createApiRegistry('1.10.0');
	const theirs = recording([]);
	registryOf('1.9.1', { trace: theirs });
	expect(registerGlobal('trace', recording([]), diag)).toBe(false);
	expect(errors).toEqual([expect.stringContaining('Attempted duplicate registration of API: trace')]);
	expect([host[KEY]?.['version'], host[KEY]?.['trace']]).toEqual(['1.9.1', theirs]);
	expect(registerGlobal('trace', recording([]), diag, true)).toBe(true);
});

it('connects tracers that the application took before, and none of them to a provider that was removed', () => {
	const { registerGlobal, unregisterGlobal } = createApiRegistry('1.10.0');
	const early = trace.getTracer('early');
	const names: string[] = [];
	registerGlobal('trace', recording(names), diag);
	early.startSpan('early');
	unregisterGlobal('trace');
	trace.getTracer('late').startSpan('late');
	expect(names).toEqual(['early']);
});

it('registers logs for @opentelemetry/api-logs too, unless somebody has', () => {
	const { registerGlobal, unregisterGlobal } = createApiRegistry('1.10.0');
	const provider = { getLogger: () => undefined };
	registerGlobal('logs', provider, diag);
	expect([host[LOGS_KEY]?.(1), host[LOGS_KEY]?.(2)]).toEqual([provider, undefined]);
	unregisterGlobal('logs');
	expect(host[LOGS_KEY]).toBeUndefined();
	const theirs = () => 'theirs';
	host[LOGS_KEY] = theirs;
	registerGlobal('logs', provider, diag);
	unregisterGlobal('logs');
	expect(host[LOGS_KEY]).toBe(theirs);
});
