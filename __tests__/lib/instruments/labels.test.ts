import { describe, expect, it } from '@jest/globals';
import { bounded, pointLabels } from '../../../lib/instruments/labels.js';

describe('metric labels', () => {
	it('keep the first values of a label and replace only those beyond the limit', () => {
		const kept = new Set<string>();
		for (let i = 0; i < 100_000; i++) kept.add(bounded('test.label', `value-${i}`));
		expect(kept.size).toBe(101);
		expect(kept.has('_OTHER')).toBe(true);
		expect(bounded('test.label', 'value-0')).toBe('value-0');
		expect(bounded('test.label', 'value-99999')).toBe('_OTHER');
		expect(bounded('test.other', 'value-99999')).toBe('value-99999');
	});

	it('are the function’s name without a path, and _OTHER without both', () => {
		const plain = { template: undefined, context: undefined, holon: undefined, aspect: undefined };
		expect(pointLabels({ ...plain, functionName: 'Soul.plain' })).toEqual({ 'code.function.name': 'Soul.plain' });
		expect(pointLabels(undefined)).toEqual({ 'agentese.path': '_OTHER', 'agentese.context': '_OTHER' });
	});
});

it("keeps the toolkit's own errors apart after any number of others", () => {
	for (let i = 0; i < 200; i++) bounded('error.type', `HostileError${i}`);
	expect(bounded('error.type', 'HostileError199')).toBe('_OTHER');
	expect(bounded('error.type', 'PathNotFoundError')).toBe('PathNotFoundError');
});
