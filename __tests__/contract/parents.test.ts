import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
	Aspect,
	createLogos,
	currentInvocation,
	Resolver,
	startInvocation,
	Traced,
	traceInvocation,
} from '../../index.js';
import { withSdk } from './each.js';
import { counted, failure, inOrder, invoke, marked, pathAttributes, pathLabels, span } from './expected.js';
import { mark, points, type RecordedSpan, timeline } from './harness.js';

withSdk();

const UNDEFINED = { 'agentese.result': 'undefined' };

@Resolver('self.tree')
class Tree {
	@Aspect
	@Traced
	async leaf(_umwelt: unknown, name: string, delay = 0): Promise<void> {
		await sleep(delay);
		mark(name);
	}

	@Aspect
	@Traced
	async all(): Promise<void> {
		await Promise.all([this.leaf(null, 'a', 5), logos.invoke('self.tree.leaf', null, 'b', 1), this.leaf(null, 'c')]);
	}

	@Aspect
	@Traced
	timer(): Promise<void> {
		return new Promise((resolve) => {
			setTimeout(() => setImmediate(() => resolve(this.leaf(null, 'timer'))), 1);
		});
	}

	@Aspect
	@Traced
	async emitter(): Promise<void> {
		const emitter = new EventEmitter();
		const heard = new Promise<void>((resolve) => {
			emitter.on('go', () => resolve(this.leaf(null, 'emitted')));
		});
		await sleep(1);
		emitter.emit('go');
		await heard;
	}

	@Aspect
	@Traced
	async *stream(): AsyncGenerator<number> {
		await this.leaf(null, 'first');
		yield 1;
		await this.leaf(null, 'second');
	}

	@Aspect
	@Traced
	async consume(_umwelt: unknown, stream: AsyncIterable<number>): Promise<void> {
		for await (const _ of stream) await this.leaf(null, 'consumer');
	}
}

const tree = new Tree();
const logos = createLogos([tree]);
const node = (aspect: string, children: RecordedSpan[], attributes = UNDEFINED) =>
	invoke(`self.tree.${aspect}`, `Tree.${aspect}`, attributes, { children });
const leaf = (name: string) => node('leaf', [marked(name)]);

describe('the parent of an invocation', () => {
	it('is right under Promise.all', async () => {
		await Promise.all([logos.invoke('self.tree.all'), logos.invoke('self.tree.leaf', null, 'beside')]);
		expect(await timeline()).toEqual([node('all', [leaf('a'), leaf('b'), leaf('c')]), leaf('beside')]);
	});

	it('is right in timers', async () => {
		await Promise.all([tree.timer(), tree.timer()]);
		const one = node('timer', [leaf('timer')]);
		expect(await timeline()).toEqual([one, one]);
	});

	it('is right in listeners of an event emitter', async () => {
		await tree.emitter();
		expect(await timeline()).toEqual([node('emitter', [leaf('emitted')])]);
	});

	it('is the generator for its body and the consumer for the consumer’s, where it is consumed elsewhere', async () => {
		const stream = tree.stream();
		await logos.invoke('self.tree.consume', null, stream);
		expect(await timeline()).toEqual([
			node('stream', [leaf('first'), leaf('second')], { 'agentese.result': 'AsyncGenerator' }),
			node('consume', [leaf('consumer')]),
		]);
	});

	it('is the invocation, whatever its method starts and does not wait for', async () => {
		let late: Promise<void> | undefined;
		traceInvocation('self.block.run', () => {
			late = sleep(2).then(() => tree.leaf(null, 'late'));
		});
		await late;
		expect(await timeline()).toEqual([invoke('self.block.run', undefined, UNDEFINED, { children: [leaf('late')] })]);
	});
});

describe('currentInvocation', () => {
	it('is the innermost one, its parents above it, and none outside', () => {
		const paths: unknown[] = [];
		traceInvocation('self.outer.run', (outer) => {
			traceInvocation('self.inner.run', (inner) => {
				paths.push(currentInvocation() === inner, inner.path, inner.parent === outer, outer.parent);
			});
			paths.push(currentInvocation() === outer);
		});
		expect([...paths, currentInvocation()]).toEqual([true, 'self.inner.run', true, undefined, true, undefined]);
		return timeline();
	});
});

describe('startInvocation', () => {
	it('begins an invocation that is not current, runs inside, and ends by hand, once', async () => {
		const open = startInvocation('self.hand.run', { observer: { id: 'kent' } });
		mark('beside');
		open.run(() => mark('inside'));
		open.end('done');
		open.fail(new Error('too late'));
		expect(await timeline()).toEqual([
			invoke(
				'self.hand.run',
				undefined,
				{ 'agentese.observer': 'kent', 'agentese.result': 'string' },
				{ children: [marked('inside')] },
			),
			marked('beside'),
		]);
		expect(await points()).toEqual(counted(pathLabels('self.hand.run')));
	});

	it('ends by fail, cancel and using', async () => {
		startInvocation('self.hand.fail').fail(new Error('bad'));
		startInvocation('self.hand.cancel').cancel();
		startInvocation('self.hand.using')[Symbol.dispose]();
		expect(await timeline()).toEqual([
			span(
				'agentese.invoke',
				{ ...pathAttributes('self.hand.fail'), 'agentese.outcome': 'error', 'error.type': 'Error' },
				failure('Error', 'bad'),
			),
			invoke('self.hand.cancel', undefined, { 'agentese.outcome': 'cancelled' }, { status: 'UNSET' }),
			invoke('self.hand.using', undefined, { 'agentese.outcome': 'unknown' }, { status: 'UNSET' }),
		]);
		expect(await points()).toEqual(
			inOrder([
				...counted(pathLabels('self.hand.fail'), 'error', { errorType: 'Error' }),
				...counted(pathLabels('self.hand.cancel'), 'cancelled'),
				...counted(pathLabels('self.hand.using'), 'unknown'),
			]),
		);
	});

	it('of an invalid path is counted under _OTHER, and the block runs', async () => {
		expect(traceInvocation('Not A Path', () => 'ran')).toBe('ran');
		const [seen] = await timeline();
		expect(seen?.attributes['agentese.path']).toBe('Not A Path');
		expect(await points()).toEqual(counted(pathLabels('_OTHER')));
	});
});
