import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompositionViolationError } from '../../../../lib/agentese/errors/errors.js';
import { splitComposition } from '../../../../lib/agentese/paths/composition.js';

describe('splitComposition()', () => {
	it.each([
		['a.b.c >> d.e.f', ['a.b.c', 'd.e.f']],
		['a.b.c>>d.e.f', ['a.b.c', 'd.e.f']],
		['a.b.c\n\t>> d.e.f\r\n>>g.h.i', ['a.b.c', 'd.e.f', 'g.h.i']],
		[' a.b.c >> d.e.f\n', [' a.b.c', 'd.e.f\n']],
		['a.b >>> c.d', ['a.b', '> c.d']],
		['a b >> c', ['a b', 'c']],
	])('%j has the stages %j', (text, stages) => {
		expect(splitComposition(text)).toEqual(stages);
	});

	it.each(['self.soul.challenge', '', 'a > > b', 'a > b'])('%j is not a composition', (text) => {
		expect(splitComposition(text)).toBeUndefined();
	});

	it.each([undefined, null, 7, ['a >> b'], { includes: () => true }])(
		'%j, which is not a string, is not a composition',
		(value) => {
			expect(splitComposition(value)).toBeUndefined();
		},
	);

	it.each([
		['a.b.c >> ', 2],
		[' >> a.b.c', 1],
		['a >> \n >> c', 2],
		['a >>>> c', 2],
		['>>', 1],
	])('%j is refused for its empty stage %i', (text, stage) => {
		const split = () => splitComposition(text);
		expect(split).toThrow(CompositionViolationError);
		expect(split).toThrow(
			expect.objectContaining({
				message:
					`${JSON.stringify(text)} is not a composition: it has nothing in stage ${stage}. ` +
					'Each ">>" separates two paths. Try "self.soul.manifest >> self.soul.challenge".',
			}),
		);
	});

	it('has at most 64 stages', () => {
		const text = Array.from({ length: 64 }, () => 'a.b').join('>>');
		expect(splitComposition(text)).toHaveLength(64);
		expect(() => splitComposition(`${text}>>a.b`)).toThrow('it has more than 64 stages. Each stage is a separate');
	});

	it.each([
		['stages', 'a>>'.repeat(3_000_000)],
		['signs', '>'.repeat(10_000_000)],
		['blanks in an empty stage', `a >>${' '.repeat(10_000_000)}`],
	])('refuses ten million characters of %s in a short message', (_name, text) => {
		let message = 'not refused';
		try {
			splitComposition(text);
		} catch (error) {
			if (error instanceof CompositionViolationError) message = error.message;
		}
		expect(message).toContain(' is not a composition: it has ');
		expect(message.length).toBeLessThan(300);
	});

	it('finds the blanks within ten million characters in linear time', () => {
		const blanks = ' '.repeat(10_000_000);
		expect(splitComposition(`a${blanks}b${blanks}>>c`)?.map((stage) => stage.length)).toEqual([10_000_002, 1]);
	});

	it('returns the stages that were joined, whatever the blanks between them', () => {
		const stage = fc.stringMatching(/^[a-z.]{1,10}$/);
		const gap = fc.stringMatching(/^[ \t\n]{0,3}$/);
		fc.assert(
			fc.property(fc.array(stage, { minLength: 2, maxLength: 10 }), gap, gap, (stages, before, after) => {
				expect(splitComposition(stages.join(`${before}>>${after}`))).toEqual(stages);
			}),
		);
	});
});
