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
	it('leaves out wrong keys and wrong values, and nothing beside them', () => {
		const said = { rat: 1, rate: 'x', otlp: { port: 'x', name: 'soul', prt: 1 } };
		expect(rest(said)).toEqual({ otlp: { name: 'soul' } });
		expect(said.otlp).toEqual({ port: 'x', name: 'soul', prt: 1 });
	});

	it('leaves out a list with what is wrong in it', () => {
		expect(rest({ rate: 1, rules: [{ match: 'a' }, { match: 1, more: 1 }] })).toEqual({ rate: 1 });
	});

	it('leaves what is no object as it is', () => {
		expect(rest([1])).toEqual([1]);
		expect(rest({ rate: 1 })).toEqual({ rate: 1 });
	});
});
