import { afterEach, describe, expect, it } from '@jest/globals';
import { parsePathTemplate } from '../../../lib/agentese/paths/template.js';
import type { Rule } from '../../../lib/rules/rule.js';
import { configureRules, mergedRuleOf } from '../../../lib/rules/rules.js';
import { currentEpoch } from '../../../lib/runtime/epoch.js';

const restores: (() => void)[] = [];
const rules = (...given: Rule[]) => restores.push(configureRules(given));
afterEach(() => {
	for (const restore of restores.splice(0).reverse()) restore();
});

const NOWHERE = { template: undefined, context: undefined, holon: undefined, aspect: undefined };
const merged = (path: string, functionName = '') => ({ ...mergedRuleOf({ ...parsePathTemplate(path), functionName }) });

describe('rules', () => {
	it('have no effect if there are none', () => {
		expect(merged('world.town.manifest', 'Town.manifest')).toEqual({});
	});

	it('are matched against the path and against Class.method', () => {
		rules({ match: 'world.**', name: 'by path' }, { match: 'Soul.*', rate: 0.5 });
		expect(merged('world.town.:citizen.manifest', 'Town.manifest')).toEqual({ name: 'by path' });
		expect(merged('self.soul.challenge', 'Soul.challenge')).toEqual({ rate: 0.5 });
		expect(merged('world.soul.challenge', 'Soul.challenge')).toEqual({ name: 'by path', rate: 0.5 });
		expect(merged('self.garden.tend', 'Garden.tend')).toEqual({});
		expect({ ...mergedRuleOf({ ...NOWHERE, functionName: 'Soul.ponder' }) }).toEqual({ rate: 0.5 });
	});

	it('later ones win, key by key', () => {
		rules(
			{ match: 'world.**', enabled: false, name: 'world' },
			{ match: 'world.town.*', enabled: true, rate: 1 },
			{ match: 'world.town.manifest', rate: 0 },
		);
		expect(merged('world.sea.manifest')).toEqual({ enabled: false, name: 'world' });
		expect(merged('world.town.manifest')).toEqual({ enabled: true, name: 'world', rate: 0 });
	});

	it('match a path that no resolver answers as it was invoked', () => {
		rules({ match: 'world.**', enabled: false });
		const other = { template: '_OTHER', holon: 'nowhere', aspect: 'manifest', functionName: '' };
		expect({ ...mergedRuleOf({ ...other, context: 'world' }) }).toEqual({ enabled: false });
		expect({ ...mergedRuleOf({ ...other, context: 'self' }) }).toEqual({});
		expect({ ...mergedRuleOf({ ...NOWHERE, template: '_OTHER', functionName: '' }) }).toEqual({});
	});

	it('begin a new epoch when they are set and when the former ones are restored', () => {
		const before = currentEpoch();
		rules({ match: '**', name: 'outer' });
		const restore = configureRules([{ match: '**', name: 'inner' }]);
		expect([merged('self.soul.ask'), currentEpoch() - before]).toEqual([{ name: 'inner' }, 2]);
		restore();
		expect([merged('self.soul.ask'), currentEpoch() - before]).toEqual([{ name: 'outer' }, 3]);
	});

	it('give the same result for more join points than are cached', () => {
		rules({ match: 'world.*.manifest', rate: 0.25 });
		for (let i = 0; i < 1100; i++) expect(merged(`world.n${i}.manifest`)).toEqual({ rate: 0.25 });
		expect(merged('world.n1099.help')).toEqual({});
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
		[{ match: '**' }, 'The rule for "**" sets nothing; give it "enabled", "name" or "rate".'],
		[{ match: '**', enabled: 'no' }, 'The "enabled" of the rule for "**" is true or false; it got "no".'],
		[{ match: '**', name: '' }, 'The "name" of the rule for "**" is a span\'s name; it got "".'],
		[{ match: '**', rate: 2 }, 'The "rate" of the rule for "**" is a number from 0 to 1; it got 2.'],
		[{ match: '**', rate: Number.NaN }, 'The "rate" of the rule for "**" is a number from 0 to 1; it got NaN.'],
	])('%j', (wrong, message) => {
		const before = currentEpoch();
		const right = { match: '**', name: 'x' };
		expect(() => configureRules([right, wrong as unknown as Rule])).toThrow(new TypeError(message));
		expect([currentEpoch(), merged('self.soul.ask')]).toEqual([before, {}]);
	});
});
