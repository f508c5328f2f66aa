import { describe, expect, it } from '@jest/globals';
import { contexts, isContext, isSegment } from '../../../../lib/agentese/paths/parse.js';

describe('contexts', () => {
	it('are exactly five, frozen', () => {
		expect(contexts).toEqual(['world', 'self', 'concept', 'void', 'time']);
		expect(Object.isFrozen(contexts)).toBe(true);
	});

	it.each(['world', 'self', 'concept', 'void', 'time'])('%s is a context', (context) => {
		expect(isContext(context)).toBe(true);
	});

	it.each(['witness', 'Self', 'constructor', '__proto__', '', undefined, null, 7, ['self']])(
		'%j is not a context',
		(text) => {
			expect(isContext(text)).toBe(false);
		},
	);
});

describe('isSegment()', () => {
	it.each(['a', 'soul', 'daily_lab', 'kent_001', 'a__', 'assign-layer', 'a-b-c', 'goal-2', 'constructor'])(
		'%j is a segment',
		(segment) => {
			expect(isSegment(segment)).toBe(true);
		},
	);

	it.each([
		...['', 'Soul', 'a.b', '9a', '_a', '-a', 'a-', 'a--b', 'a b', 'a\n', 'é', ':a', '*', 'ａ', 'ı', 'K'],
		...[undefined, null, 7, {}, ['a']],
	])('%j is not a segment', (segment) => {
		expect(isSegment(segment)).toBe(false);
	});

	it('has up to 1024 characters', () => {
		expect(isSegment('a'.repeat(1024))).toBe(true);
		expect(isSegment('a'.repeat(1025))).toBe(false);
	});
});
