import { afterEach, describe, expect, it } from '@jest/globals';
import { createDecorator } from '../../../extend.js';
import {
	Aspect,
	createLogos,
	currentInvocation,
	Metered,
	PathNotFoundError,
	Resolver,
	recordTokens,
	Traced,
	traced,
	traceInvocation,
} from '../../../index.js';
import type { Rule } from '../../../lib/rules/rule.js';
import { configureRules } from '../../../lib/rules/rules.js';
import { counted, inOrder, invoke, marked, pathLabels, span, tokens } from '../../contract/expected.js';
import { failureOf, mark, points, startSdk, stopSdk, timeline } from '../../contract/harness.js';

let restore = () => {};
const rules = (...given: Rule[]) => {
	restore = configureRules(given);
};
afterEach(() => {
	restore();
	stopSdk();
});

const entered: string[] = [];
const Recorded = createDecorator({
	name: 'Recorded',
	advice: () => ({ enter: ({ path }) => void entered.push(path ?? '') }),
});

@Resolver('world.town.:citizen')
class Town {
	@Aspect
	@Traced()
	@Metered()
	@Recorded()
	manifest(_umwelt?: unknown): string {
		mark('inside');
		return String(currentInvocation()?.params['citizen']);
	}
	@Aspect
	@Traced({ name: 'set in code' })
	@Metered()
	greet(_umwelt?: unknown): string {
		return 'hello';
	}
	@Aspect
	@Traced()
	spend(_umwelt?: unknown): void {
		recordTokens({ input: 3, output: 4 });
	}
}

const TEMPLATE = 'world.town.:citizen.manifest';
const PATH = 'world.town.kent.manifest';
const greeting = (name: string) => ({
	...invoke('world.town.kent.greet', 'Town.greet', { 'agentese.result': 'string' }),
	name,
});

describe('a rule that switches off', () => {
	it('calls a method as if it were not woven, under the active span', async () => {
		startSdk();
		rules({ match: 'Town.manifest', enabled: false });
		entered.length = 0;
		const town = new Town();
		const outer = traced(() => town.manifest(), { name: 'outer' });
		expect(outer()).toBe('undefined');
		expect(entered).toEqual([]);
		const attributes = { 'code.function.name': 'outer' };
		expect(await timeline()).toEqual([
			expect.objectContaining({ name: 'outer', children: [marked('inside')], attributes }),
		]);
		expect(await points()).toEqual([]);
	});

	it('matches the template of a path, and so every entity; a dispatcher still runs the invocation', async () => {
		startSdk();
		rules({ match: 'world.town.*.manifest', enabled: false });
		const logos = createLogos([new Town()]);
		expect(await logos.invoke(PATH)).toBe('kent');
		expect(await logos.invoke('world.town.kent.greet')).toBe('hello');
		expect(await timeline()).toEqual([marked('inside'), greeting('set in code')]);
		expect(await points()).toEqual(counted(pathLabels('world.town.:citizen.greet')));
	});

	it('switches off paths of a context that no resolver answers, too', async () => {
		startSdk();
		rules({ match: 'world.**', enabled: false });
		const failed = await failureOf(() => createLogos([new Town()]).invoke('world.nowhere.manifest'));
		expect(failed?.thrown).toBeInstanceOf(PathNotFoundError);
		expect(await timeline()).toEqual([]);
		expect(await points()).toEqual([]);
	});

	it('still counts model tokens', async () => {
		startSdk();
		rules({ match: 'world.**', enabled: false });
		await createLogos([new Town()]).invoke('world.town.kent.spend');
		const labels = pathLabels('world.town.:citizen.spend');
		expect(await timeline()).toEqual([]);
		expect(await points()).toEqual(inOrder([tokens(labels, 'in', 3), tokens(labels, 'out', 4)]));
	});

	it('switches on again what an earlier rule switched off, and everything when the rules are removed', async () => {
		startSdk();
		rules({ match: 'world.**', enabled: false }, { match: '**.greet', enabled: true });
		const logos = createLogos([new Town()]);
		await logos.invoke(PATH);
		await logos.invoke('world.town.kent.greet');
		expect(await timeline()).toEqual([marked('inside'), greeting('set in code')]);
		restore();
		await logos.invoke(PATH);
		const attributes = {
			'agentese.result': 'string',
			'agentese.holon': 'town.kent',
		};
		expect(await timeline()).toEqual([invoke(PATH, 'Town.manifest', attributes, { children: [marked('inside')] })]);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels('world.town.:citizen.greet')), ...counted(pathLabels(TEMPLATE))]),
		);
	});

	it('reaches wrapped functions, blocks and class-level decorators', async () => {
		startSdk();
		rules(
			{ match: 'ask', enabled: false },
			{ match: 'void.*', enabled: false },
			{ match: 'Watched.*', enabled: false },
		);
		@Traced
		class Watched {
			look(): string {
				return 'seen';
			}
		}
		expect(
			traced(function ask() {
				return 1;
			})(),
		).toBe(1);
		expect(traceInvocation('void.draw', () => currentInvocation()?.path)).toBe('void.draw');
		expect(new Watched().look()).toBe('seen');
		expect(await timeline()).toEqual([]);
		expect(await points()).toEqual([]);
	});
});

describe('a rule with a name', () => {
	it('wins over the names of code and config, and changes nothing else', async () => {
		startSdk();
		rules({ match: 'Town.*', name: 'town' });
		const logos = createLogos([new Town()]);
		await logos.invoke('world.town.kent.greet');
		await logos.invoke(PATH);
		const manifest = invoke(PATH, 'Town.manifest', { 'agentese.result': 'string' });
		expect(await timeline()).toEqual([greeting('town'), { ...manifest, name: 'town', children: [marked('inside')] }]);
	});

	it('names the span of a function without a path', async () => {
		startSdk();
		rules({ match: 'plain', name: 'other' });
		traced(function plain() {})();
		expect(await timeline()).toEqual([span('other', { 'code.function.name': 'plain' })]);
	});
});
