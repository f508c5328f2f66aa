import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fastCheck } from '../../../config/fast-check/check.js';
import { FAST_KEYS } from '../../../config/fast-check/keys.generated.js';
import { configSchema } from '../../../config/schema/schema.js';

const WORDS = Object.values(FAST_KEYS).flatMap((kind) =>
	typeof kind === 'object' && 'words' in kind ? kind.words : [],
);
const TEXTS = [
	'',
	' ',
	'json',
	'none',
	'otlp',
	'./mine.mjs',
	'http',
	'7d',
	'256 MiB',
	'localhost:4317',
	'http://host:1',
	'ftp://x',
	'unix:/x',
];

/** Values that are legal for some key, for none, and values at the limits of a range. */
const values = fc.oneof(
	fc.boolean(),
	fc.constantFrom(...WORDS, ...TEXTS),
	fc.constantFrom(0, 1, 0.5, -1, 65_535, 65_536, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY),
	fc.array(fc.constantFrom(...TEXTS), { maxLength: 3 }),
	fc.record({ include: fc.array(fc.constantFrom('http', 'pg', '', 5)) }),
	fc.record({ include: fc.constant(['http']), http: fc.constant({ a: 1 }) }),
	fc.constantFrom(undefined, null, {}, [], new Date(0), 5n, { match: 'a.b' }),
);

const inside = (path: string, value: unknown): Record<string, unknown> =>
	path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;

/** Removes keys with the value undefined, and sections with nothing else in them. */
const withoutUndefined = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));

describe('fastCheck()', () => {
	it('returns for every key what zod returns, or undefined', () => {
		const keys = fc.constantFrom(...Object.keys(FAST_KEYS), 'rules', 'redact', 'json.maxAge', 'roll', 'otlp.headers');
		let decided = 0;
		fc.assert(
			fc.property(keys, values, (key, value) => {
				const config = inside(key, value);
				const read = fastCheck(config);
				if (read === undefined) return;
				decided += 1;
				const byZod = configSchema.safeParse(config);
				expect(byZod.error).toBeUndefined();
				expect(withoutUndefined(read)).toEqual(withoutUndefined(byZod.data));
			}),
			{ numRuns: 5000 },
		);
		expect(decided).toBeGreaterThan(100);
	});

	it('returns for whole configs what zod returns', () => {
		const config = {
			enabled: true,
			serviceName: 'garden',
			preset: ['otlp', 'prometheus', 'otlp'],
			autoInstrumentation: { include: ['http'] },
			sampling: { rate: 0.5 },
			otlp: { endpoint: 'localhost:4317', traces: { protocol: 'grpc', endpoint: undefined } },
			prometheus: { port: 0, listen: false },
			capture: 'full',
			logLevel: 'warn',
		};
		const read = fastCheck(config);
		expect(read).toEqual(configSchema.parse(config));
		expect(read).toMatchObject({ preset: ['otlp', 'prometheus'] });
		expect(read?.otlp).not.toBe(config.otlp);
		expect([fastCheck({}), fastCheck({ preset: 'json' })]).toEqual([{}, { preset: ['json'] }]);
	});

	it.each<[string, unknown]>([
		['a key that is none', { presets: ['json'] }],
		['a key of a section that is none', { json: { dir: 'x' } }],
		['an amount', { json: { maxBytes: 5 } }],
		['rules', { rules: [] }],
		['a custom preset', { preset: ['json', './mine.mjs'] }],
		['none beside another', { preset: ['json', 'none'] }],
		['no preset', { preset: [] }],
		['an instrumentation with options', { autoInstrumentation: { http: {} } }],
		['a name that a prototype has', JSON.parse('{"__proto__": {}, "constructor": 1}')],
		['an object of a class', new (class Config {})()],
		['a list', []],
		['a text', 'json'],
		['nothing', undefined],
	])('leaves %s to zod', (_name, value) => {
		expect(fastCheck(value)).toBeUndefined();
	});
});
