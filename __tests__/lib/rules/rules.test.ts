import { afterEach, describe, expect, it } from '@jest/globals';
import { parsePathTemplate } from '../../../lib/agentese/paths/template.js';
import type { Rule } from '../../../lib/rules/rule.js';
import { configureRules, verdictOf } from '../../../lib/rules/rules.js';
import { currentEpoch } from '../../../lib/runtime/epoch.js';

const restores: (() => void)[] = [];
const rules = (...given: Rule[]) => restores.push(configureRules(given));
afterEach(() => {
	for (const restore of restores.splice(0).reverse()) restore();
});

const NOWHERE = { template: undefined, context: undefined, holon: undefined, aspect: undefined };
const verdict = (path: string, functionName = '') => ({ ...verdictOf({ ...parsePathTemplate(path), functionName }) });

describe('rules', () => {
	it('say nothing where there are none', () => {
		expect(verdict('world.town.manifest', 'Town.manifest')).toEqual({});
	});

	it('are matched against the path and against Class.method', () => {
		rules({ match: 'world.**', name: 'by path' }, { match: 'Soul.*', rate: 0.5 });
		expect(verdict('world.town.:citizen.manifest', 'Town.manifest')).toEqual({ name: 'by path' });
		expect(verdict('self.soul.challenge', 'Soul.challenge')).toEqual({ rate: 0.5 });
		expect(verdict('world.soul.challenge', 'Soul.challenge')).toEqual({ name: 'by path', rate: 0.5 });
		expect(verdict('self.garden.tend', 'Garden.tend')).toEqual({});
		expect({ ...verdictOf({ ...NOWHERE, functionName: 'Soul.ponder' }) }).toEqual({ rate: 0.5 });
	});

	it('later ones win, key by key', () => {
		rules(
			{ match: 'world.**', enabled: false, name: 'world' },
			{ match: 'world.town.*', enabled: true, rate: 1 },
			{ match: 'world.town.manifest', rate: 0 },
		);
		expect(verdict('world.sea.manifest')).toEqual({ enabled: false, name: 'world' });
		expect(verdict('world.town.manifest')).toEqual({ enabled: true, name: 'world', rate: 0 });
	});

	it('match a path that nothing answers as it was written', () => {
		rules({ match: 'world.**', enabled: false });
		const other = { template: '_OTHER', holon: 'nowhere', aspect: 'manifest', functionName: '' };
		expect({ ...verdictOf({ ...other, context: 'world' }) }).toEqual({ enabled: false });
		expect({ ...verdictOf({ ...other, context: 'self' }) }).toEqual({});
		expect({ ...verdictOf({ ...NOWHERE, template: '_OTHER', functionName: '' }) }).toEqual({});
	});

	it('begin a new epoch when they are set and when the former ones are put back', () => {
		const before = currentEpoch();
		rules({ match: '**', name: 'outer' });
		const restore = configureRules([{ match: '**', name: 'inner' }]);
		expect([verdict('self.soul.ask'), currentEpoch() - before]).toEqual([{ name: 'inner' }, 2]);
		restore();
		expect([verdict('self.soul.ask'), currentEpoch() - before]).toEqual([{ name: 'outer' }, 3]);
	});

	it('give the same verdict for more join points than are remembered', () => {
		rules({ match: 'world.*.manifest', rate: 0.25 });
		for (let i = 0; i < 1100; i++) expect(verdict(`world.n${i}.manifest`)).toEqual({ rate: 0.25 });
		expect(verdict('world.n1099.help')).toEqual({});
	});
});

describe('configureRules() refuses', () => {
	const rule =
		'A rule\'s "match" is segments with dots between them, as "world.**", "world.town.*.manifest" or "Soul.*"; ';
	const stars = '"*" is one whole segment and "**" any number of them; it got';
	it.each([
		[{ match: '', name: 'x' }, `${rule}${stars} "".`],
		[{ match: 'world..x', name: 'x' }, `${rule}${stars} "world..x".`],
		[{ match: 'Soul.get*', name: 'x' }, `${rule}${stars} "Soul.get*".`],
		[{ match: 'world. x', name: 'x' }, `${rule}${stars} "world. x".`],
		[{ match: 'world.***', name: 'x' }, `${rule}${stars} "world.***".`],
		[{ match: 7, name: 'x' }, 'A rule\'s "match" is a text such as "world.**"; it got 7.'],
		[{ match: '**' }, 'The rule for "**" says nothing; give it "enabled", "name" or "rate".'],
		[{ match: '**', enabled: 'no' }, 'The "enabled" of the rule for "**" is true or false; it got "no".'],
		[{ match: '**', name: '' }, 'The "name" of the rule for "**" is a span\'s name; it got "".'],
		[{ match: '**', rate: 2 }, 'The "rate" of the rule for "**" is a number from 0 to 1; it got 2.'],
		[{ match: '**', rate: Number.NaN }, 'The "rate" of the rule for "**" is a number from 0 to 1; it got NaN.'],
	])('%j', (wrong, message) => {
		const before = currentEpoch();
		const right = { match: '**', name: 'x' };
		expect(() => configureRules([right, wrong as unknown as Rule])).toThrow(new TypeError(message));
		expect([currentEpoch(), verdict('self.soul.ask')]).toEqual([before, {}]);
	});
});
