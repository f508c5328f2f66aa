import { afterEach, describe, expect, it } from '@jest/globals';
import { Metered, Resolver, Traced, traced, weave } from '../../../index.js';
import type { Rule } from '../../../lib/rules/rule.js';
import { configureRules } from '../../../lib/rules/rules.js';
import { problems } from '../../../lib/runtime/log-once.js';
import { unmatchedRules, warnUnmatchedRules } from '../../../lib/weaving/unmatched-rules.js';
import { said, startSdk, stopSdk, timeline } from '../../contract/harness.js';

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
	it('are those that match nothing which is declared, called or not, and nothing that was called', () => {
		startSdk();
		rules('world.garden.*', 'Garden.count', 'self.garden.manifest', 'OwnGarden.*', 'late', 'wrold.**', 'Gardn.count');
		expect(new OwnGarden()).toBeInstanceOf(Garden);
		expect(unmatched()).toEqual(['late', 'wrold.**', 'Gardn.count']);
		traced(function late() {})();
		expect(unmatched()).toEqual(['wrold.**', 'Gardn.count']);
		return timeline().then(() => stopSdk());
	});

	it('know a class that is declared after the rules, and what weave() wove', () => {
		rules('time.late.tell', 'void.woven.ask');
		expect(unmatched()).toEqual(['time.late.tell', 'void.woven.ask']);
		@Resolver('time.late')
		class Late {
			@Traced()
			tell(): void {}
		}
		const woven = weave({ ask: () => 1 }, { handle: 'void.woven', include: ['ask'] });
		expect(unmatched()).toEqual([]);
		expect([typeof Late, woven.ask()]).toEqual(['function', 1]);
	});

	it('are none where there are no rules', () => {
		expect(unmatched()).toEqual([]);
	});
});

describe('sayUnmatchedRules()', () => {
	it('says each of them once, with the nearest pattern that would match', () => {
		startSdk();
		rules('wrold.**', 'Gardn.manifest', 'world.garden.kent.manifest', '**.nothing', 'world.garden.*');
		warnUnmatchedRules();
		warnUnmatchedRules();
		const sentence = (match: string, hint = '') =>
			`agentese-otel: the rule for "${match}" has matched nothing that was declared or called so far. Rules match the ` +
			`template of a path, where an entity is "*", and Class.method.${hint}`;
		expect(said()).toEqual([
			sentence('wrold.**', ' Did you mean "world.**"?'),
			sentence('Gardn.manifest', ' Did you mean "Garden.manifest"?'),
			sentence('world.garden.kent.manifest'),
			sentence('**.nothing'),
		]);
		expect(problems().get('rules/unmatched/wrold.**')).toBe(1);
		stopSdk();
	});
});
