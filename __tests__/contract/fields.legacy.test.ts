import { describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, DecorationError, Metered, Resolver, SpanAttribute, Traced, Umwelt } from '../../index.js';
import { withSdk } from './each.js';
import { counted, invoke, pathLabels, span } from './expected.js';
import { points, timeline } from './harness.js';

withSdk();

const plain = (name: string) => span(name, { 'code.function.name': name });

describe('a legacy arrow-function field', () => {
	class Soul {
		@Traced
		ask = (idea: string): string => `asked ${idea}`;
		@Traced
		first(): string {
			return 'first';
		}
		@Traced
		static make = (): string => 'made';
	}

	it('is bare until the first woven call on its instance', async () => {
		const soul = new Soul();
		soul.ask('x');
		soul.first();
		soul.ask('y');
		expect(await timeline()).toEqual([plain('Soul.first'), plain('Soul.ask')]);
	});

	it('keeps what it is', () => {
		const soul = new Soul();
		const before = Object.getOwnPropertyDescriptor(soul, 'ask');
		soul.first();
		const after = Object.getOwnPropertyDescriptor(soul, 'ask');
		expect({ ...after, value: 0 }).toEqual({ ...before, value: 0 });
		expect([soul.ask.name, soul.ask.length]).toEqual([before?.value.name, 1]);
		expect(after?.value).not.toBe(before?.value);
		return timeline();
	});

	it('of a frozen instance stays bare', async () => {
		const soul = Object.freeze(new Soul());
		soul.first();
		expect(soul.ask('x')).toBe('asked x');
		expect(await timeline()).toEqual([plain('Soul.first')]);
	});

	it('may be static', async () => {
		expect(Soul.make()).toBe('made');
		expect(await timeline()).toEqual([plain('Soul.make')]);
	});

	it('is reached by a path', async () => {
		@Resolver('self.field')
		class Field {
			@Aspect()
			@Metered
			ask = (_umwelt: unknown, idea: string): string => `asked ${idea}`;
		}
		const logos = createLogos([new Field()]);
		expect(await logos.invoke('self.field.ask', null, 'x')).toBe('asked x');
		expect(await timeline()).toEqual([invoke('self.field.ask', 'Field.ask', { 'agentese.result': 'string' })]);
		expect(await points()).toEqual(counted(pathLabels('self.field.ask')));
	});
});

describe('parameter decorators', () => {
	@Resolver('self.soul')
	class Soul {
		@SpanAttribute('soul.field')
		readonly field = 'f';

		@Aspect
		@Traced
		ask(@SpanAttribute('soul.idea') idea: unknown, @Umwelt() _umwelt?: unknown): unknown {
			return idea;
		}

		@Aspect
		@Traced
		static make(@SpanAttribute('soul.seed') seed: number): number {
			return seed;
		}
	}

	it('declare which parameter is an attribute and which the umwelt', async () => {
		new Soul().ask('x', { id: 'kent', archetype: 'scholar' });
		expect(await timeline()).toEqual([
			invoke('self.soul.ask', 'Soul.ask', {
				'agentese.observer': 'kent',
				'agentese.archetype': 'scholar',
				'agentese.result': 'string',
				'soul.idea': 'x',
				'soul.field': 'f',
			}),
		]);
	});

	it('can be on static methods too', async () => {
		Soul.make(7);
		expect(await timeline()).toEqual([
			invoke('self.soul.make', 'Soul.make', { 'agentese.result': 'number', 'soul.seed': 7 }),
		]);
	});

	it('of a parameter that is not given write nothing', async () => {
		new Soul().ask(undefined);
		expect(await timeline()).toEqual([
			invoke('self.soul.ask', 'Soul.ask', { 'agentese.result': 'undefined', 'soul.field': 'f' }),
		]);
	});
});

describe('design:* metadata of the compiler', () => {
	it('is not lost', () => {
		class Soul {
			@Traced
			ask(_idea: string, _times: number): boolean {
				return true;
			}
		}
		const types = Reflect.getMetadata('design:paramtypes', Soul.prototype, 'ask');
		expect(types).toEqual(COMPILER === 'esbuild' ? undefined : [String, Number]);
	});
});

describe('a parameter with @SpanAttribute', () => {
	it('is refused without a key', () => {
		const define = () => {
			class Soul {
				ask(@SpanAttribute() idea: unknown): unknown {
					return idea;
				}
			}
			return Soul;
		};
		expect(define).toThrow(DecorationError);
		expect(define).toThrow(
			"@SpanAttribute on Soul.ask got no key. @SpanAttribute on a parameter needs the key of the attribute. Try @SpanAttribute('app.tenant').",
		);
	});
});
