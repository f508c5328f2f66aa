import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { withoutFaults } from '../../../config/schema/explain.js';

const schema = z.strictObject({
	rate: z.number().optional(),
	otlp: z.strictObject({ port: z.number(), name: z.string() }).partial().optional(),
	rules: z.array(z.strictObject({ match: z.string() })).optional(),
});

function rest(value: unknown): unknown {
	return withoutFaults(value, schema.safeParse(value).error?.issues ?? []);
}

describe('withoutFaults()', () => {
	it('removes unknown keys and illegal values, and nothing else', () => {
		const value = { rat: 1, rate: 'x', otlp: { port: 'x', name: 'soul', prt: 1 } };
		expect(rest(value)).toEqual({ otlp: { name: 'soul' } });
		expect(value.otlp).toEqual({ port: 'x', name: 'soul', prt: 1 });
	});

	it('removes the whole list if one of its elements is faulty', () => {
		expect(rest({ rate: 1, rules: [{ match: 'a' }, { match: 1, more: 1 }] })).toEqual({ rate: 1 });
	});

	it('returns a value that is no object unchanged', () => {
		expect(rest([1])).toEqual([1]);
		expect(rest({ rate: 1 })).toEqual({ rate: 1 });
	});
});
