import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresFolder } from '../../scripts/backends.mjs';
import { onPath } from '../../scripts/machine.mjs';
import { startPostgres } from './support/postgres.js';
import { type Server, startRedis } from './support/servers.js';
import { runTraced, traceCount, tree } from './support/traced-app.js';

const redisBinary = onPath(['redis-server']);
const postgresPrograms = postgresFolder();
const app = (name: string) => fileURLToPath(new URL(`./support/${name}`, import.meta.url));

(redisBinary === undefined ? describe.skip : describe)('auto-instrumentation with a real Redis', () => {
	let redis: Server;
	beforeAll(async () => {
		redis = await startRedis(redisBinary ?? '');
	});
	afterAll(() => redis?.stop());

	it.each(['remember.mjs', 'remember.cjs'])(
		'puts the calls of %s below the invocations that made them, in one trace',
		async (name) => {
			const { stderr, spans } = await runTraced(app(name), [redis.urls['redis'] ?? ''], ['http', 'redis']);
			expect(stderr).toBe('');
			expect(traceCount(spans)).toBe(1);
			expect(tree(undefined, spans)).toEqual([
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
		},
	);
});

(postgresPrograms === undefined ? describe.skip : describe)('auto-instrumentation with a real PostgreSQL', () => {
	let postgres: Server;
	beforeAll(async () => {
		postgres = await startPostgres(postgresPrograms ?? '');
	});
	afterAll(() => postgres?.stop());

	it.each(['plant.mjs', 'plant.cjs'])('puts the query of %s below the invocation that made it', async (name) => {
		const { stdout, stderr, spans } = await runTraced(app(name), [postgres.urls['postgres'] ?? ''], ['pg']);
		expect([stdout, stderr]).toEqual(['rose\n', '']);
		expect(traceCount(spans)).toBe(1);
		expect(tree(undefined, spans)).toEqual([
			{
				name: 'self.garden.plant',
				below: [
					{ name: 'pg-pool.connect', below: [{ name: 'pg.connect', below: [] }] },
					{ name: 'pg.query:SELECT postgres', below: [] },
				],
			},
		]);
	});
});
