import { describe, expect, it } from '@jest/globals';
import { repairPath } from '../../../../lib/agentese/paths/repair.js';

describe('repairPath()', () => {
	it.each([
		[' self.soul.challenge\n', 'self.soul.challenge'],
		['SELF.SOUL.CHALLENGE', 'self.soul.challenge'],
		['self.soul.challengeIdea', 'self.soul.challenge_idea'],
		['self . soul . challenge', 'self.soul.challenge'],
		['self.soul.daily  lab', 'self.soul.daily_lab'],
		['/self/soul/challenge/', 'self.soul.challenge'],
		['self...soul..challenge.', 'self.soul.challenge'],
		['\ufeffself.so\u200bul.x', 'self.soul.x'],
		['slef.soul.x', 'self.soul.x'],
		['wrold.town.x', 'world.town.x'],
		['Viod.entropy.sip', 'void.entropy.sip'],
		['Conzept.Goal.x', 'concept.goal.x'],
		['World.town.:citizenId.Manifest', 'world.town.:citizenId.manifest'],
	])('%j was meant to be %s', (text, meant) => {
		expect(repairPath(text, 2)).toBe(meant);
	});

	it.each([
		['a context that is near to none', 'witness.daily_lab.x'],
		['a character with no counterpart', 'self.café.x'],
		['a segment that begins with a digit', 'self.9a.x'],
		['a wildcard', 'self.soul.*'],
		['too few segments', 'Self'],
		['nothing', ' . . '],
		['what is right already', 'self.soul.x'],
		['more than 80 characters', `Self.${'a'.repeat(80)}`],
		['a repaired text of more than 80 characters', `self.${'aB'.repeat(36)}`],
	])('returns undefined for %s', (_name, text) => {
		expect(repairPath(text, 2)).toBeUndefined();
	});
});
