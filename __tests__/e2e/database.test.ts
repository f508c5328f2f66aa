import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTraces, type SpanRead } from '../../examples/garden/read.js';
import { onPath } from '../../scripts/backends.mjs';
import { newFolder, type Server, startRedis } from './support/servers.js';

const REGISTER = new URL('../../dist/esm/presets/register.js', import.meta.url).href;
const binary = onPath(['redis-server']);
const run = promisify(execFile);

interface Branch {
	readonly name: string;
	readonly below: readonly Branch[];
}

/** The tree below a span, by names; spans of `agentese.invoke` by their path. */
function tree(parent: string | undefined, spans: readonly SpanRead[]): Branch[] {
	return spans
		.filter((span) => span.parentSpanId === parent)
		.map((span) => ({ name: span.attributes['agentese.path'] ?? span.name, below: tree(span.spanId, spans) }));
}

(binary === undefined ? describe.skip : describe)('auto-instrumentation with a real Redis', () => {
	let redis: Server;
	beforeAll(async () => {
		redis = await startRedis(binary ?? '');
	});
	afterAll(() => redis?.stop());

	it.each(['remember.mjs', 'remember.cjs'])(
		'puts the calls of %s below the invocations that made them, in one trace',
		async (app) => {
			const folder = newFolder('database');
			try {
				const config = join(folder, 'config.json');
				writeFileSync(
					config,
					JSON.stringify({
						preset: 'json',
						json: { directory: folder },
						autoInstrumentation: { include: ['http', 'redis'] },
					}),
				);
				const file = fileURLToPath(new URL(`./support/${app}`, import.meta.url));
				const { stderr } = await run(process.execPath, ['--import', REGISTER, file, redis.urls['redis'] ?? ''], {
					env: { ...process.env, AGENTESE_CONFIG: config },
				});
				expect(stderr).toBe('');
				const traces = join(folder, 'traces');
				const spans = readTraces(
					readdirSync(traces).flatMap((name) => (name.endsWith('.jsonl') ? [join(traces, name)] : [])),
				);
				const mine = spans.filter(({ traceId }) =>
					spans.some((one) => one.traceId === traceId && one.attributes['agentese.path']),
				);
				expect(new Set(mine.map(({ traceId }) => traceId)).size).toBe(1);
				expect(tree(undefined, mine)).toEqual([
					{
						name: 'self.memory.recall',
						below: [
							{ name: 'redis-SET', below: [] },
							{
								name: 'GET',
								below: [
									{
										name: 'GET',
										below: [{ name: 'self.memory.get', below: [{ name: 'redis-GET', below: [] }] }],
									},
								],
							},
						],
					},
				]);
			} finally {
				rmSync(folder, { recursive: true, force: true });
			}
		},
	);
});
