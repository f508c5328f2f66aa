import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { INSTRUMENTATIONS, METAPACKAGE, packageOf } from '../../../config/schema/instrumentation-names.js';
import { type AutoInstrumentation, selectInstrumentations } from '../../../config/schema/instrumentations.js';
import { ConfigurationError } from '../../../sdk/index.js';
import { loadInstrumentations } from '../../../sdk/instrumentation/load.js';
import { findPackage } from '../../../sdk/preflight/find-package.js';

describe('the names of instrumentations', () => {
	const metapackage = findPackage(METAPACKAGE, [process.cwd()]);

	it('are the packages that the metapackage depends on', () => {
		const packages = metapackage?.dependencies.filter((name) => name.startsWith('@opentelemetry/instrumentation-'));
		expect(INSTRUMENTATIONS.map(packageOf)).toEqual(packages);
	});
});

it('one copy of each package of OpenTelemetry is installed', () => {
	const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
	const all = Object.keys(packages).filter((key) =>
		/node_modules\/(@opentelemetry\/[^/]+|import-in-the-middle)$/.test(key),
	);
	expect(all.length).toBeGreaterThan(60);
	expect(all.filter((key) => key.lastIndexOf('node_modules/') > 0)).toEqual([]);
});

describe('selectInstrumentations()', () => {
	const named = (value: AutoInstrumentation) => {
		const selection = selectInstrumentations(value, 'here');
		return selection.all ? 'all' : Object.fromEntries(selection.named);
	};

	it('accepts all, none, a list, and names with options', () => {
		expect(named(true)).toBe('all');
		expect(named(false)).toEqual({});
		expect(named({ include: ['http', '@opentelemetry/instrumentation-pg'] })).toEqual({ http: {}, pg: {} });
		expect(named({ http: { a: 1 }, pg: true, redis: false })).toEqual({ http: { a: 1 }, pg: {} });
		expect(named({ include: ['http', 'pg'], pg: { b: 2 }, http: { enabled: false } })).toEqual({ pg: { b: 2 } });
		expect(named({ include: ['@fastify/otel'] })).toEqual({ '@fastify/otel': {} });
	});

	it('refuses every unknown name, each with the nearest known one', () => {
		const wrong = () => selectInstrumentations({ include: ['htpp', 'http'], zebra: {} }, 'here');
		expect(wrong).toThrow(ConfigurationError);
		expect(wrong).toThrow(/here: "autoInstrumentation" got 'htpp', .* Did you mean "http"\?\n/);
		expect(wrong).toThrow(/here: "autoInstrumentation" got 'zebra', which is not an instrumentation; legal: [^?]*$/);
	});
});

describe('loadInstrumentations()', () => {
	it.each(INSTRUMENTATIONS)('creates %s', (name) => {
		const made = loadInstrumentations(selectInstrumentations({ include: [name] }, 'here'), 'here');
		expect(made.map(({ instrumentationName }) => instrumentationName)).toEqual([packageOf(name)]);
		for (const instrumentation of made) instrumentation.disable();
	});
});
