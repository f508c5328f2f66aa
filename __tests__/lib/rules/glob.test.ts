import { describe, expect, it } from '@jest/globals';
import { matchSegments } from '../../../lib/rules/glob.js';
import { timesAsLong } from '../../support/rounds.js';

const matches = (pattern: string, subject: string) => matchSegments(pattern.split('.'), subject.split('.'));

describe('a glob', () => {
	it.each([
		['self.soul.challenge', 'self.soul.challenge'],
		['self.*.challenge', 'self.soul.challenge'],
		['world.**', 'world.town.:citizen.manifest'],
		['world.**', 'world.manifest'],
		['**', 'void.manifest'],
		['**.manifest', 'void.manifest'],
		['**.manifest', 'world.town.:citizen.manifest'],
		['world.**.manifest', 'world.manifest'],
		['world.**.a.**.b', 'world.a.x.a.b'],
		['world.town.*.manifest', 'world.town.:citizen.manifest'],
		['world.town.:anyone.manifest', 'world.town.:citizen.manifest'],
		['Soul.*', 'Soul.challenge'],
		['*.challenge', 'Soul.challenge'],
		['ask', 'ask'],
	])('"%s" matches "%s"', (pattern, subject) => {
		expect(matches(pattern, subject)).toBe(true);
	});

	it.each([
		['self.soul.challenge', 'self.soul.challenge.more'],
		['self.soul', 'self.soul.challenge'],
		['self.*', 'self.soul.challenge'],
		['world.**', 'self.world.manifest'],
		['**.manifest', 'world.manifest.more'],
		['world.**.a.**.b', 'world.b.a'],
		['world.town.kent.manifest', 'world.town.:citizen.manifest'],
		['world.town.:citizen.manifest', 'world.town.kent.manifest'],
		['Soul.*', 'Soulmate.challenge'],
		['soul.*', 'Soul.challenge'],
	])('"%s" does not match "%s"', (pattern, subject) => {
		expect(matches(pattern, subject)).toBe(false);
	});

	it('with many stars needs no longer than the product of both lengths', async () => {
		const miss = (length: number) => {
			const stars = Array.from({ length }, (_, i) => (i % 2 === 0 ? '**' : 'a'));
			// The last star is moved along the whole subject, and each time everything after it matches except its end.
			const pattern = [...stars, '**', ...new Array(length).fill('a'), 'b'];
			const subject = new Array(5 * length).fill('a');
			return () => expect(matchSegments(pattern, subject)).toBe(false);
		};
		for (let i = 0; i < 20; i++) miss(100)();
		// Ten times both is a hundred times the product, and with one factor more a thousand times.
		expect(await timesAsLong(400, miss(100), miss(1000))).toBeLessThan(400);
	});
});
