import { describe, expect, it } from '@jest/globals';
import { definePreset, type Preset } from '../../../sdk/index.js';

describe('definePreset()', () => {
	it('answers the very preset', () => {
		const preset = { name: 'my-preset', make: () => ({}) };
		expect(definePreset(preset)).toBe(preset);
	});

	it.each<[string, object]>([
		['A preset has the keys name, schema, make; it got "mak". Did you mean "make"?', { name: 'x', mak: () => ({}) }],
		[
			'A preset\'s name is a word of small letters, digits and hyphens; it got "My Preset".',
			{ name: 'My Preset', make: () => ({}) },
		],
		["A preset's name is a word of small letters, digits and hyphens; it got undefined.", { make: () => ({}) }],
		[
			'Preset "x" needs make(options, environment), which answers its processors and readers; it got string.',
			{ name: 'x', make: 'json' },
		],
		[
			'The schema of preset "x" is one of zod\'s, such as z.strictObject({ … }); it got object.',
			{ name: 'x', schema: { type: 'object' }, make: () => ({}) },
		],
	])('refuses: %s', (message, preset) => {
		expect(() => definePreset(preset as Preset<unknown>)).toThrow(new TypeError(message));
	});
});
