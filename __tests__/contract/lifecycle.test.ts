import { afterEach, describe, expect, it } from '@jest/globals';
import {
	Aspect,
	createLogos,
	currentInvocation,
	Metered,
	metered,
	Resolver,
	recordTokens,
	Traced,
	traced,
	traceInvocation,
} from '../../index.js';
import { counted, inOrder, invoke, pathLabels, span, tokens } from './expected.js';
import { dropSdk, points, startSdk, stopSdk, timeline } from './harness.js';

afterEach(() => dropSdk());

const done = metered(
	traced(function act() {
		return 'done';
	}),
);
const plain = span('act', { 'code.function.name': 'act' });
const CODE = { 'code.function.name': 'act' };

@Resolver('self.soul')
class Soul {
	@Aspect
	@Traced
	@Metered
	ask(): string {
		recordTokens({ input: 1 });
		return 'asked';
	}
	@Aspect
	@Traced
	current(): unknown {
		return currentInvocation()?.path;
	}
}

describe('what was woven and called before an SDK starts', () => {
	it('records when one starts, stops, and starts again', async () => {
		const soul = new Soul();
		expect([done(), soul.ask()]).toEqual(['done', 'asked']);
		for (let run = 0; run < 3; run++) {
			startSdk();
			done();
			soul.ask();
			expect(await timeline()).toEqual([
				plain,
				invoke('self.soul.ask', 'Soul.ask', {
					'agentese.result': 'string',
					'agentese.tokens.in': 1,
					'agentese.tokens.out': 0,
				}),
			]);
			const labels = pathLabels('self.soul.ask');
			expect(await points()).toEqual(inOrder([...counted(CODE), ...counted(labels), tokens(labels, 'in', 1)]));
			stopSdk();
			expect([done(), soul.ask()]).toEqual(['done', 'asked']);
		}
	});

	it('records if only traces, or only metrics, are on', async () => {
		startSdk({ metrics: false });
		done();
		expect(await timeline()).toEqual([plain]);
		stopSdk();
		startSdk({ traces: false });
		done();
		new Soul().ask();
		const labels = pathLabels('self.soul.ask');
		expect(await points()).toEqual(inOrder([...counted(CODE), ...counted(labels), tokens(labels, 'in', 1)]));
		stopSdk();
	});
});

describe('an invocation across a change of SDK', () => {
	it('that began before it is left alone', async () => {
		const gate = Promise.withResolvers<string>();
		const wait = metered(
			traced(async function wait() {
				return gate.promise;
			}),
		);
		const early = wait();
		startSdk();
		gate.resolve('early');
		expect(await early).toBe('early');
		expect([await timeline(), await points()]).toEqual([[], []]);
		stopSdk();
	});

	it('that ends after its SDK was replaced counts in the one that it began in', async () => {
		const gate = Promise.withResolvers<string>();
		const wait = metered(async function wait() {
			return gate.promise;
		});
		startSdk();
		const late = wait();
		stopSdk();
		startSdk();
		gate.resolve('late');
		expect(await late).toBe('late');
		expect(await points()).toEqual([]);
		stopSdk();
	});
});

describe('without any SDK', () => {
	it('a dispatcher and a block still know their invocation, and a method that is called directly is bare', async () => {
		const soul = new Soul();
		expect(soul.current()).toBe(undefined);
		expect(await createLogos([soul]).invoke('self.soul.current')).toBe('self.soul.current');
		expect(traceInvocation('self.block.run', () => currentInvocation()?.path)).toBe('self.block.run');
		expect(currentInvocation()).toBe(undefined);
	});

	it('results and errors are the method’s own', async () => {
		const promise = Promise.resolve(1);
		expect(traced(() => promise)()).toBe(promise);
		const thrown = new Error('own');
		expect(
			traced(() => {
				throw thrown;
			}),
		).toThrow(thrown);
	});
});
