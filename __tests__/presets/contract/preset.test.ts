import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { definePreset, type Preset, type StandardSchema } from '../../../extend.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

describe('definePreset()', () => {
	it('returns the same object', () => {
		const preset = { name: 'my-preset', create: () => ({}) };
		expect(definePreset(preset)).toBe(preset);
	});

	it('infers the options from what the schema returns, of zod and of any other library', () => {
		const schema = z.strictObject({ lines: z.string().default('7').transform(Number) });
		definePreset({ name: 'roll', schema, create: (options) => accepts(options) });
		const other: StandardSchema<{ lines: number }> = {
			'~standard': { version: 1, vendor: 'tests', validate: () => ({ value: { lines: 7 } }) },
		};
		definePreset({ name: 'roll', schema: other, create: (options) => accepts(options) });
		// ArkType's schemas are functions.
		expect(definePreset({ name: 'roll', schema: Object.assign(() => 7, other), create: () => ({}) }).name).toBe('roll');
		// The types check this: another type does not compile.
		function accepts<T>(_options: T, _proof: Same<T, { lines: number }> extends true ? true : never = true as never) {
			return {};
		}
	});

	it.each<[string, object]>([
		[
			'The schema of preset "x" must follow Standard Schema version 1, as z.strictObject({ … }) of zod 4 does; it got object.',
			{ name: 'x', schema: { '~standard': { version: 2, validate: () => ({}) } }, create: () => ({}) },
		],
		[
			'A preset has the keys name, schema, create; it got "creat". Did you mean "create"?',
			{ name: 'x', creat: () => ({}) },
		],
		[
			'The name of a preset must be lowercase letters, digits and hyphens, with a letter first; it got "My Preset".',
			{ name: 'My Preset', create: () => ({}) },
		],
		[
			'The name of a preset must be lowercase letters, digits and hyphens, with a letter first; it got undefined.',
			{ create: () => ({}) },
		],
		[
			'Preset "x" needs create(options, environment), which returns its processors and readers; it got string.',
			{ name: 'x', create: 'json' },
		],
		[
			'The schema of preset "x" must follow Standard Schema version 1, as z.strictObject({ … }) of zod 4 does; it got object.',
			{ name: 'x', schema: { type: 'object' }, create: () => ({}) },
		],
	])('refuses: %s', (message, preset) => {
		expect(() => definePreset(preset as Preset<unknown>)).toThrow(new TypeError(message));
	});
});
