import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { FAST_KEYS } from '../../../config/fast-check/keys.generated.js';
import { docsTable } from '../../../config/generate/docs-table.js';
import { fastCheckKeys } from '../../../config/generate/fast-check-keys.js';
import { configJsonSchema } from '../../../config/generate/json-schema.js';
import { typescriptInterface } from '../../../config/generate/typescript-interface.js';
import { ROOT } from '../../../scripts/fresh.mjs';

const read = (file: string) => readFileSync(`${ROOT}/${file}`, 'utf8');

describe('what is generated from the schema (node scripts/make-schema.mjs)', () => {
	it('schema.json is up to date', () => {
		expect(JSON.parse(read('config/schema.json'))).toEqual(configJsonSchema());
	});

	it('has the keys, words, meanings and defaults that an editor offers', () => {
		expect(configJsonSchema()).toMatchObject({
			properties: {
				$schema: { type: 'string' },
				spanName: {
					enum: ['invoke', 'path'],
					default: 'invoke',
					description: expect.stringContaining('path template'),
				},
				sampling: { properties: { rate: { type: 'number', minimum: 0, maximum: 1, default: 1 } } },
			},
		});
		expect(JSON.stringify(configJsonSchema())).not.toMatch(/"(legal|words|fallback|typescript|others)"/);
		expect(configJsonSchema()).toMatchObject({
			properties: {
				serviceName: { description: 'service.name of all telemetry. Default: the name in package.json.' },
				capture: { anyOf: [{ enum: ['off', 'metadata', 'full'] }, { properties: { maxDepth: { default: 8 } } }] },
			},
		});
	});

	it.each([
		[{ preset: 'json', roll: {} }, false],
		[{ roll: {} }, false],
		[{ preset: ['json', 'otlp'], roll: {} }, false],
		[{ preset: './roll.ts', roll: {} }, true],
		[{ preset: ['json', './roll.ts'], roll: {} }, true],
		[{ preset: ['json'], sampling: { rate: 1 } }, true],
		[{ preset: './roll.ts', sampling: { rat: 1 } }, false],
	])('allows an unknown section only if a module is named: %j', (config, legal) => {
		expect(new Ajv({ strict: false }).validate(configJsonSchema(), config)).toBe(legal);
	});

	it('the keys of the fast check are up to date', () => {
		expect(FAST_KEYS).toEqual(fastCheckKeys());
	});

	it('the interface TelemetryConfig is up to date', () => {
		// biome formats the generated file, so blanks and line breaks are left out of the comparison.
		const squeezed = (text: string) => text.replace(/\s+|[()|]/g, '');
		const [, ...lines] = read('config/schema/telemetry-config.generated.ts').split('\n');
		expect(squeezed(lines.join('\n'))).toBe(squeezed(typescriptInterface()));
	});

	it('the table in docs/configuration.md is up to date', () => {
		const [, table] =
			/<!-- keys: [^>]* -->\n\n([\s\S]*?)\n\n<!-- end of keys -->/.exec(read('docs/configuration.md')) ?? [];
		expect(table).toBe(docsTable());
	});
});
