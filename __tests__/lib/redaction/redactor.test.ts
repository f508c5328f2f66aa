import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { PLANTED, SHAPES } from './planted.js';

const redactor = new Redactor();
const KEY = SHAPES['anthropic']?.text ?? '';

describe('a record', () => {
	it('is returned as the same object if there is nothing to redact', () => {
		const record = { 'agentese.path': 'self.soul.challenge', n: 5, yes: true, list: ['a', 'b'], deep: { list: [1] } };
		expect(redactor.record(record)).toBe(record);
	});

	it('is copied if there is, however deep; the given record is not changed', () => {
		const deep = { headers: [{ authorization: 'x', accept: 'y' }], said: [`it was ${KEY}`], n: 1 };
		const record = { deep, password: 'pw', token: 5, cookies: ['a', 'b'], enabled_secret: true, empty_password: '' };
		const before = structuredClone(record);
		expect(redactor.record(record)).toEqual({
			deep: { headers: [{ authorization: '[redacted]', accept: 'y' }], said: ['it was [redacted]'], n: 1 },
			password: '[redacted]',
			token: '[redacted]',
			cookies: ['[redacted]', '[redacted]'],
			enabled_secret: true,
			empty_password: '',
		});
		expect(record).toEqual(before);
	});

	it('is redacted in its keys, in bytes, in numbers, and after the flags of a command line', () => {
		const bytes = Buffer.from(`said ${KEY}`);
		expect(
			redactor.record({
				[`seen.${KEY}`]: 1,
				bytes,
				others: Buffer.from('abc'),
				card: { number: 4111111111111111 },
				order: 4111111111111111,
				'process.command_args': ['node', 'app.js', '--password', 'hunter2', '--token=hunter3', '--port', '80'],
			}),
		).toEqual({
			'seen.[redacted]': 1,
			bytes: '[redacted]',
			others: Buffer.from('abc'),
			card: { number: '[redacted]' },
			order: 4111111111111111,
			'process.command_args': ['node', 'app.js', '--password', '[redacted]', '--token=[redacted]', '--port', '80'],
		});
	});

	it('that contains itself is redacted without an error', () => {
		const record: Record<string, unknown> = { a: 1 };
		record['self'] = { record };
		record['list'] = [record, record];
		expect(() => redactor.record(record)).not.toThrow();
	});

	it('of any values is redacted without an error, and redacting it again changes nothing', () => {
		const planted = fc.constantFrom(...Object.values(PLANTED).map(({ text }) => text));
		const value = fc.oneof(planted, fc.anything(), fc.string());
		const key = fc.oneof(fc.constantFrom('password', 'a', 'x.token', '--api-key'), fc.string());
		fc.assert(
			fc.property(fc.dictionary(key, value), (record) => {
				const once = redactor.record(record);
				expect(redactor.record(once)).toEqual(once);
			}),
			{ numRuns: 1000 },
		);
	});
});

describe('custom rules', () => {
	it('redact keys by their words, in any spelling, and texts', () => {
		const custom = new Redactor({ keys: ['tax id', /^x-/], values: ['acme-*', 'Nightingale', /plot \d+/] });
		expect(
			custom.record({
				'user.taxId': '12',
				tax_id: 12,
				tax: 'no',
				'x-plot': 'a',
				said: 'acme-7f_3-x! Nightingale, plot 12 and plot 13; {"taxId":"12"}',
			}),
		).toEqual({
			'user.taxId': '[redacted]',
			tax_id: '[redacted]',
			tax: 'no',
			'x-plot': '[redacted]',
			said: '[redacted]! [redacted], [redacted] and [redacted]; {"taxId":"[redacted]"}',
		});
	});

	it('exempt keys that are not secrets here; secrets within their values are still redacted', () => {
		const custom = new Redactor({ allow: ['cookie consent'] });
		expect(custom.record({ 'cookie.consent': 'yes', cookie: 'a' })).toEqual({
			'cookie.consent': 'yes',
			cookie: '[redacted]',
		});
		expect(custom.record({ 'cookie.consent': KEY })).toEqual({ 'cookie.consent': '[redacted]' });
	});

	it('may be a function, which is called last; a result that is not an attribute value redacts', () => {
		const calls: unknown[] = [];
		const custom = new Redactor({
			replace: (key, value) => {
				calls.push([key, value]);
				if (key === 'town') return 'a town';
				return key === 'forgotten' ? undefined : key === 'odd' ? { a: 1 } : value;
			},
		});
		expect(custom.record({ town: 'Arles', password: 'pw', forgotten: 1, odd: 2 })).toEqual({
			town: 'a town',
			password: '[redacted]',
			forgotten: '[redacted]',
			odd: '[redacted]',
		});
		expect(calls).toEqual([
			['town', 'Arles'],
			['password', '[redacted]'],
			['forgotten', 1],
			['odd', 2],
		]);
	});
});
