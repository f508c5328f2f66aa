import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { variableNeedingNodeSdk } from '../../../sdk/providers/create-sdk.js';
import { bundle, runChild, temporary } from '../../support/children.js';

const WATCH = fileURLToPath(new URL('../../support/apps/watch-imports.mjs', import.meta.url));
let built: Awaited<ReturnType<typeof bundle>>;
let parent: string;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(() => {
	parent = temporary();
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** The headers into which a started process injects its context, and the packages that it has loaded. */
async function started(preset: string, env: NodeJS.ProcessEnv = {}) {
	const ended = await runChild('started-with.mjs', {
		node: ['--import', WATCH],
		args: [preset],
		cwd: parent,
		env: { BUNDLE: built.url, DIR: join(parent, 'telemetry'), ...env },
	});
	expect(ended).toMatchObject({ code: 0, stderr: '' });
	return JSON.parse(ended.stdout) as { headers: string[]; loaded: string[] };
}

it('a start loads neither the NodeSDK, nor gRPC, nor parsers of configs, nor packages of a signal that no preset exports', async () => {
	const { headers, loaded } = await started('json');
	expect(headers).toEqual(['traceparent']);
	const unwanted = [
		'sdk-node',
		'grpc-js',
		'otlp-grpc-exporter-base',
		'configuration',
		'instrumentation',
		'yaml',
		'zod',
	];
	expect(loaded.filter((name) => unwanted.includes(name))).toEqual([]);
	expect(loaded).toEqual(expect.arrayContaining(['sdk-trace', 'sdk-metrics', 'sdk-logs']));
	expect((await started('jaeger')).loaded).not.toContain('sdk-logs');
});

it('the NodeSDK is loaded for what only the NodeSDK supports', async () => {
	const { headers, loaded } = await started('json', { OTEL_PROPAGATORS: 'b3' });
	expect(headers).toEqual(['b3']);
	expect(loaded).toContain('sdk-node');
});

it.each([
	[{}, undefined],
	[{ OTEL_PROPAGATORS: 'baggage, tracecontext', OTEL_NODE_RESOURCE_DETECTORS: 'os,all' }, undefined],
	[{ OTEL_PROPAGATORS: 'tracecontext,b3multi' }, 'OTEL_PROPAGATORS'],
	[{ OTEL_NODE_RESOURCE_DETECTORS: 'os,container' }, 'OTEL_NODE_RESOURCE_DETECTORS'],
])('%p needs the NodeSDK because of %p', (variables, by) => {
	Object.assign(process.env, variables);
	try {
		expect(variableNeedingNodeSdk()).toBe(by);
	} finally {
		for (const name of Object.keys(variables)) delete process.env[name];
	}
});
