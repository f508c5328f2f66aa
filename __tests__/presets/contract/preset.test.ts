import { describe, expect, it } from '@jest/globals';
import { definePreset, type Preset } from '../../../sdk/index.js';

describe('definePreset()', () => {
	it('returns the same object', () => {
		const preset = { name: 'my-preset', make: () => ({}) };
		expect(definePreset(preset)).toBe(preset);
	});

	it.each<[string, object]>([
		['A preset has the keys name, schema, make; it got "mak". Did you mean "make"?', { name: 'x', mak: () => ({}) }],
		[
			'The name of a preset must be lowercase letters, digits and hyphens, with a letter first; it got "My Preset".',
			{ name: 'My Preset', make: () => ({}) },
		],
		[
			'The name of a preset must be lowercase letters, digits and hyphens, with a letter first; it got undefined.',
			{ make: () => ({}) },
		],
		[
			'Preset "x" needs make(options, environment), which returns its processors and readers; it got string.',
			{ name: 'x', make: 'json' },
		],
		[
			'The schema of preset "x" must be a zod schema, such as z.strictObject({ … }); it got object.',
			{ name: 'x', schema: { type: 'object' }, make: () => ({}) },
		],
	])('refuses: %s', (message, preset) => {
		expect(() => definePreset(preset as Preset<unknown>)).toThrow(new TypeError(message));
	});
});
