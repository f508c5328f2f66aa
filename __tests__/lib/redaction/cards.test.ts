import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../../../lib/redaction/redactor.js';

const redactor = new Redactor();

describe('the number of a payment card', () => {
	it.each([
		'4111 1111 1111 1111',
		'4111-1111-1111-1111',
		'3782 822463 10005',
		'3056-930902-5904',
		'x_4111 1111 1111 1111',
		'card 4111111111111111',
		'creditCard=4111111111111111',
		'4111111111111111 (visa)',
		'{"payment":{"card":{"number":"4111111111111111"}}}',
	])('is hidden: %s', (text) => {
		expect(redactor.text(text)).not.toContain('1111111');
		expect(redactor.text(text)).not.toMatch(/\d{4}[ -]\d{4}/);
		expect(redactor.text(text)).toContain('[redacted]');
	});

	it.each([
		'4111111111111111',
		'order 4111111111111111 of 5 plants',
		'order 4111-1111-1111-1111',
		'4111 1111 1111 1112',
		'4111 1111-1111 1111',
		'41111 111 1111 1111',
		'card 4111111111111112',
		'card 9111111111111111',
		'1234-4111-1111-1111-1111',
		'4111-1111-1111-1111-1111',
		'card 0.4111111111111111',
		'discarded 4111111111111111',
		'the card pays order 4111111111111111',
		'+49 1511 1234 5678 901',
	])('is not seen in %s', (text) => {
		expect(redactor.text(text)).toBe(text);
	});

	it('is seen in a number, a long integer and a text whose key names a card, or a key around it', () => {
		const record = { card: 4111111111111111, pan: 4111111111111111n, cc: '4111111111111111', order: 4111111111111111 };
		expect(redactor.record({ ...record, payment: { number: [4111111111111111, 5] } })).toEqual({
			card: '[redacted]',
			pan: '[redacted]',
			cc: '[redacted]',
			order: 4111111111111111,
			payment: { number: ['[redacted]', 5] },
		});
		expect(redactor.isClean({ card: 4111111111111111 })).toBe(false);
		expect(redactor.isClean({ order: 4111111111111111, card: 4111111111111112 })).toBe(true);
	});
});
