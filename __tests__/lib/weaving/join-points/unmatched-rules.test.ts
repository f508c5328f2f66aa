import { afterEach, describe, expect, it } from '@jest/globals';
import { instrument, Metered, Resolver, Traced, traced } from '../../../../index.js';
import type { Rule } from '../../../../lib/rules/rule.js';
import { configureRules } from '../../../../lib/rules/rules.js';
import { problemCounts } from '../../../../lib/runtime/log-once.js';
import { unmatchedRules, warnUnmatchedRules } from '../../../../lib/weaving/join-points/unmatched-rules.js';
import { loggedMessages, startSdk, stopSdk, timeline } from '../../../contract/harness.js';

@Resolver('world.garden')
class Garden {
	@Traced()
	manifest(): void {}
	@Metered()
	static count(): void {}
}
@Resolver('self.garden')
class OwnGarden extends Garden {}

let restore = () => {};
const rules = (...matches: string[]) => {
	restore = configureRules(matches.map((match): Rule => ({ match, name: 'x' })));
};
const unmatched = () => unmatchedRules().map(({ match }) => match);

afterEach(() => restore());

describe('unmatchedRules()', () => {
	it('returns the rules that match nothing declared, called or not, and nothing called', () => {
		startSdk();
		rules('world.garden.*', 'Garden.count', 'self.garden.manifest', 'OwnGarden.*', 'late', 'wrold.**', 'Gardn.count');
		expect(new OwnGarden()).toBeInstanceOf(Garden);
		expect(unmatched()).toEqual(['late', 'wrold.**', 'Gardn.count']);
		traced(function late() {})();
		expect(unmatched()).toEqual(['wrold.**', 'Gardn.count']);
		return timeline().then(() => stopSdk());
	});

	it('includes classes that are declared after the rules, and objects woven by instrument()', () => {
		rules('time.late.tell', 'void.woven.ask');
		expect(unmatched()).toEqual(['time.late.tell', 'void.woven.ask']);
		@Resolver('time.late')
		class Late {
			@Traced()
			tell(): void {}
		}
		const woven = instrument({ ask: () => 1 }, { handle: 'void.woven', include: ['ask'] });
		expect(unmatched()).toEqual([]);
		expect([typeof Late, woven.ask()]).toEqual(['function', 1]);
	});

	it('returns none if there are no rules', () => {
		expect(unmatched()).toEqual([]);
	});
});

describe('warnUnmatchedRules()', () => {
	it('logs each of them once, with the nearest pattern that would match', () => {
		startSdk();
		rules('wrold.**', 'Gardn.manifest', 'world.garden.kent.manifest', '**.nothing', 'world.garden.*');
		warnUnmatchedRules();
		warnUnmatchedRules();
		const sentence = (match: string, hint = '') =>
			`agentese-otel: the rule for "${match}" has matched nothing that was declared or called so far. Rules match the ` +
			`template of a path, where an entity is "*", and Class.method.${hint}`;
		expect(loggedMessages()).toEqual([
			sentence('wrold.**', ' Did you mean "world.**"?'),
			sentence('Gardn.manifest', ' Did you mean "Garden.manifest"?'),
			sentence('world.garden.kent.manifest'),
			sentence('**.nothing'),
		]);
		expect(problemCounts().get('rules/unmatched/wrold.**')).toBe(1);
		stopSdk();
	});
});
