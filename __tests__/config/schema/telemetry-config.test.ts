import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import type { ConfigLayer } from '../../../config/schema/config.js';
import type { configSchema } from '../../../config/schema/schema.js';
import type { ConfigRule, TelemetryConfig } from '../../../config/schema/telemetry-config.generated.js';
import { ROOT } from '../../../scripts/fresh.mjs';

type Input = z.input<typeof configSchema>;
type Output = z.output<typeof configSchema>;

/** True if each of two types is assignable to the other. */
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

describe('the interface TelemetryConfig', () => {
	it('accepts what the schema accepts, and the layers are what it returns', () => {
		// The types check this: with `false` among them the list does not compile.
		const same: [
			Mutual<TelemetryConfig, Input>,
			Mutual<keyof TelemetryConfig, keyof Input>,
			Mutual<Required<NonNullable<TelemetryConfig['capture']>>, Required<NonNullable<Input['capture']>>>,
			Mutual<Required<ConfigRule>, Required<NonNullable<Input['rules']>[number]>>,
			Mutual<ConfigLayer, Output>,
			Mutual<keyof ConfigLayer, keyof Output>,
		] = [true, true, true, true, true, true];
		expect(same).not.toContain(false);
	});

	it('refuses a word that is not legal, and any string is a preset', () => {
		const wrong: TelemetryConfig[] = [
			// @ts-expect-error: no such key
			{ sampeling: {} },
			// @ts-expect-error: no such word
			{ spanName: 'paths' },
			// @ts-expect-error: no such word
			{ capture: { result: 'all' } },
			// @ts-expect-error: no such key
			{ redact: { keep: ['a'] } },
			{ preset: ['json', './mine.ts'], environment: undefined },
		];
		expect(wrong).toHaveLength(5);
	});
});

/** The members of the interfaces in a source text that have no comment, or an optional one without a default. */
function undocumented(source: string): string[] {
	return [...source.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^\t+([\w$]+)(\??): /gm)].flatMap(
		([, comment = '', name = '', optional]) =>
			comment !== '' && (optional === '' || comment.includes('@default')) ? [] : [name],
	);
}

/** The text of the exported interfaces whose names end in `Options`, `Config` or `Rule`. */
const interfacesOf = (source: string) =>
	[...source.matchAll(/^export interface \w+(?:Options|Config|Rule)\b[^{]*\{[\s\S]*?^\}/gm)].map(([text]) => text);

it('every member of the config that an editor shows has a comment, and its default', () => {
	const files = [
		'config/schema/telemetry-config.generated.ts',
		'delivery/options.ts',
		'presets/contract/otlp-options.ts',
		...['console', 'jaeger', 'json', 'prometheus'].map((name) => `presets/${name}/options.ts`),
	];
	const interfaces = files.flatMap((file) => interfacesOf(readFileSync(`${ROOT}/${file}`, 'utf8')));
	expect(interfaces.length).toBe(11);
	expect(interfaces.flatMap(undocumented)).toEqual([]);
	expect(interfaces.join('\n').match(/^\t+[\w$]+\??: /gm)?.length).toBeGreaterThanOrEqual(67);
});
