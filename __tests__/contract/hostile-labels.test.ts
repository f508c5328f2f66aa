import { describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, metered, Resolver, Traced, traceInvocation } from '../../index.js';
import { withSdk } from './each.js';
import { counted, inOrder, pathLabels } from './expected.js';
import { dropSdk, loggedMessages, points, startSdk } from './harness.js';

withSdk({ traces: false });

/**
 * The full number of values in one project; the others run a fifteenth of it, to show that the compiler does not
 * matter.
 */
const HOSTILE = COMPILER === 'swc' && DECORATORS === 'tc39' ? 100_000 : 2000;
const BLOCKS = 5000;
const PATHS = 500;

/** How many distinct values a label has among the points, and the count of one of them. */
async function counts(label: string, metric = 'agentese.invocations'): Promise<Map<unknown, number>> {
	const found = new Map<unknown, number>();
	for (const { name, labels, value } of await points()) {
		if (name === metric) found.set(labels[label], (found.get(labels[label]) ?? 0) + value);
	}
	return found;
}

describe('labels under up to 100,000 hostile values', () => {
	it('of declared label values stay what was declared', async () => {
		const judge = metered(function judge(_: unknown) {}, {
			attributes: { ruling: { values: ['yes'], from: (args) => args[0] } },
		});
		for (let i = 0; i < HOSTILE; i++) judge(`${i}\u0000;DROP`);
		judge('yes');
		expect(await counts('ruling')).toEqual(
			new Map([
				['_OTHER', HOSTILE],
				['yes', 1],
			]),
		);
	});

	it('of paths that reach nothing are one, and keep a context that is one', async () => {
		@Resolver('world.town.:citizen')
		class Citizen {
			@Aspect
			@Traced
			greet(): void {}
		}
		const logos = createLogos([new Citizen()]);
		for (let i = 0; i < PATHS; i++) {
			await logos.invoke(`world.nowhere${i}.greet`).catch(() => {});
			await logos.invoke(`world.town.c${i}.greet`);
			await logos.invoke(`nowhere${i}..`).catch(() => {});
		}
		const nowhere = { 'agentese.path': '_OTHER', 'agentese.context': 'world' };
		expect(await points()).toEqual(
			inOrder([
				...counted(pathLabels('world.town.:citizen.greet'), 'ok', { times: PATHS }),
				...counted(nowhere, 'error', { times: PATHS, errorType: 'PathNotFoundError' }),
				...counted(pathLabels('_OTHER'), 'error', { times: PATHS, errorType: 'PathSyntaxError' }),
			]),
		);
	});

	it('of error types stay bounded: a hundred are themselves, only the too-many are _OTHER', async () => {
		const fail = metered(function fail(code: string) {
			// No Error object: a hundred thousand stacks are slow, and the code is read from any object.
			throw { code };
		});
		for (let i = 0; i < HOSTILE; i++) {
			try {
				fail(`E${i}`);
			} catch {
				// The codes are counted.
			}
		}
		const types = await counts('error.type', 'agentese.errors');
		// The toolkit's own errors of the paths above do not count towards the hundred.
		expect([types.size, types.get('E0'), types.get('E99'), types.get('_OTHER')]).toEqual([101, 1, 1, HOSTILE - 100]);
		expect(loggedMessages().filter((line) => line.includes('error.type')).length).toBe(1);
	});

	it('of blocks’ paths stay bounded for ever, also over a new SDK', async () => {
		for (let i = 0; i < BLOCKS; i++) traceInvocation(`self.block.b${i}`, () => {});
		const first = await counts('agentese.path');
		// A thousand in all, less the template and `_OTHER` of the paths above; `_OTHER` itself is one of these here.
		expect([first.size, first.get('self.block.b0'), first.get('_OTHER')]).toEqual([999, 1, BLOCKS - 998]);
		dropSdk();
		startSdk({ traces: false });
		traceInvocation('self.block.b0', () => {});
		traceInvocation('self.block.another', () => {});
		expect(await counts('agentese.path')).toEqual(
			new Map([
				['self.block.b0', 1],
				['_OTHER', 1],
			]),
		);
	});
});
