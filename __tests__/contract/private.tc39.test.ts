import { describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, Metered, Resolver, SpanAttribute, Traced } from '../../index.js';
import { withSdk } from './each.js';
import { counted, inOrder, invoke, marked, pathLabels, span } from './expected.js';
import { mark, points, timeline } from './harness.js';

withSdk();

describe('a #private method', () => {
	@Resolver('self.soul')
	class Soul {
		#secret = 'kept';

		@Traced
		#ponder(idea: string): string {
			mark('inside');
			return `${this.#secret} ${idea}`;
		}

		@Aspect('whisper')
		@Metered
		// biome-ignore lint/correctness/noUnusedPrivateClassMembers: a path reaches it.
		#whisper(_umwelt: unknown, idea: string): string {
			return `psst ${idea}`;
		}

		@Traced
		static #count(): number {
			return 3;
		}

		ask(): string {
			return this.#ponder('idea');
		}

		static count(): number {
			return Soul.#count();
		}
	}

	it('is woven, and reads its own private fields', async () => {
		expect(new Soul().ask()).toBe('kept idea');
		expect(await timeline()).toEqual([
			span('Soul.#ponder', { 'code.function.name': 'Soul.#ponder' }, { children: [marked('inside')] }),
		]);
	});

	it('may be static', async () => {
		expect(Soul.count()).toBe(3);
		expect(await timeline()).toEqual([span('Soul.#count', { 'code.function.name': 'Soul.#count' })]);
	});

	it('is reached by a path where @Aspect publishes it, and counted once', async () => {
		const logos = createLogos([new Soul()]);
		expect(await logos.invoke('self.soul.whisper', null, 'hush')).toBe('psst hush');
		expect(await timeline()).toEqual([invoke('self.soul.whisper', 'Soul.#whisper', { 'agentese.result': 'string' })]);
		expect(await points()).toEqual(counted(pathLabels('self.soul.whisper')));
	});

	it('that no @Aspect names is reached by no path', async () => {
		const logos = createLogos([new Soul()]);
		expect([...logos.paths]).toEqual(['self.soul.whisper', 'self.soul.affordances']);
		for (const path of ['self.soul.ponder', 'self.soul.secret']) {
			await expect(logos.invoke(path)).rejects.toThrow(`No resolver answers "${path}".`);
		}
		expect((await timeline()).length).toBe(2);
		const other = { 'agentese.path': '_OTHER', 'agentese.context': 'self' };
		expect(await points()).toEqual(inOrder(counted(other, 'error', { times: 2, errorType: 'PathNotFoundError' })));
	});
});

describe('an accessor', () => {
	class Soul {
		@Traced
		accessor mood = 'calm';

		@SpanAttribute('soul.temper')
		accessor temper = 'mild';
	}

	it('is woven in both directions', async () => {
		const soul = new Soul();
		soul.mood = 'bold';
		expect(soul.mood).toBe('bold');
		const one = span('Soul.mood', { 'code.function.name': 'Soul.mood', 'soul.temper': 'mild' });
		expect(await timeline()).toEqual([one, one]);
	});
});

describe('a private field with @SpanAttribute', () => {
	class Soul {
		@SpanAttribute('soul.depth')
		#depth = 3;

		@Traced
		ask(): number {
			return this.#depth;
		}
	}

	it('is written on the spans of its object', async () => {
		expect(new Soul().ask()).toBe(3);
		// The `access.get` that swc 1.16 gives for a private field throws a ReferenceError of its own.
		const depth = COMPILER === 'swc' ? {} : { 'soul.depth': 3 };
		expect(await timeline()).toEqual([span('Soul.ask', { 'code.function.name': 'Soul.ask', ...depth })]);
	});

	it('is nothing on an object of another class', async () => {
		expect(() => Soul.prototype.ask.call({} as never)).toThrow(TypeError);
		const [seen] = await timeline();
		expect(seen?.attributes).toEqual({ 'code.function.name': 'Soul.ask', 'error.type': 'TypeError' });
	});
});

describe('an arrow-function field', () => {
	class Soul {
		@Traced
		ask = (idea: string): string => `asked ${idea}`;
		@Traced
		static make = (): string => 'made';
		@Traced
		#hidden = (): string => 'hidden';
		reveal(): string {
			return this.#hidden();
		}
	}

	it('is woven when the instance is made, private and static ones too', async () => {
		const soul = new Soul();
		expect([soul.ask('x'), Soul.make(), soul.reveal()]).toEqual(['asked x', 'made', 'hidden']);
		const plain = (name: string) => span(name, { 'code.function.name': name });
		expect(await timeline()).toEqual([plain('Soul.ask'), plain('Soul.make'), plain('Soul.#hidden')]);
	});
});
