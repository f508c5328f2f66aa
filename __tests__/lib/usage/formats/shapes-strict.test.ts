import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { usageFrom, usageIn } from '../../../../lib/usage/formats/find-usage.js';
import { StreamUsage } from '../../../../lib/usage/formats/stream-usage.js';

/** The names that the readers look for, so that random objects resemble a usage. */
const NAMES = [
	...['usage', 'usageMetadata', 'usage_metadata', 'totalUsage', 'steps', 'meta', 'llmOutput', 'generations', 'message'],
	...[
		'response',
		'response_metadata',
		'tokens',
		'tokens_used',
		'type',
		'data',
		'delta',
		'metadata',
		'event',
		'choices',
	],
	...[
		'prompt_tokens',
		'completion_tokens',
		'total_tokens',
		'input_tokens',
		'output_tokens',
		'inputTokens',
		'in',
		'out',
	],
	...['outputTokens', 'promptTokens', 'completionTokens', 'promptTokenCount', 'candidatesTokenCount', 'total', 'id'],
	...[
		'cache_read_input_tokens',
		'prompt_tokens_details',
		'cached_tokens',
		'billed_units',
		'iterations',
		'total_duration',
	],
	...['prompt_eval_count', 'eval_count', 'tool_call_chunks', 'object', 'model', 'x_groq', 'interaction', 'done'],
];
const TYPES = [
	'message_start',
	'message_delta',
	'response.completed',
	'message-end',
	'finish-step',
	'finish',
	'compaction',
];

const { value } = fc.letrec((tie) => ({
	value: fc.oneof(
		{ maxDepth: 5 },
		fc.anything(),
		fc.nat(1000),
		fc.constantFrom(...TYPES, 'msg_1', 'chat.completion'),
		fc.array(tie('value'), { maxLength: 3 }),
		fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 8 }),
	),
}));

/** The same, each object of it in a proxy that counts whatever is done to it. */
function trapped(given: unknown, touched: () => void): unknown {
	if (given === null || typeof given !== 'object') return given;
	const traps = Object.getOwnPropertyNames(Reflect).map((trap) => [
		trap,
		() => {
			touched();
			throw new Error(trap);
		},
	]);
	return new Proxy(given, Object.fromEntries(traps));
}

/** The same, each property of it a getter that throws. */
function gettersOf(given: object, touched: () => void): object {
	const made = {};
	for (const key of Object.keys(given)) {
		Object.defineProperty(made, key, {
			enumerable: true,
			get() {
				touched();
				throw new Error(key);
			},
		});
	}
	return made;
}

function read(given: unknown): void {
	usageIn(given);
	usageFrom(given);
	const stream = new StreamUsage();
	stream.add(given);
	stream.add(given);
	stream.usage(true);
	stream.usage(false);
}

describe('what is no usage', () => {
	it.each<[unknown]>([
		[undefined],
		[null],
		[0],
		[12],
		['usage'],
		[true],
		[Symbol('usage')],
		[10n],
		[() => ({ usage: { prompt_tokens: 1 } })],
		[[{ usage: { prompt_tokens: 1 } }]],
		[{}],
		[{ usage: 'how to use' }],
		[{ usage: 12 }],
		[{ usage: null }],
		[{ usage: undefined }],
		[{ usage: [] }],
		[{ usage: { cpu: 3 } }],
		[{ usage: { tokens: 3 } }],
		[{ usage: { in: 3, out: 4 } }],
		[{ usage: { prompt_tokens: '3', completion_tokens: '4' } }],
		[{ usage: { prompt_tokens: 1.5, completion_tokens: -2 } }],
		[{ usage: { input_tokens: Number.NaN, output_tokens: Number.POSITIVE_INFINITY } }],
		[{ usage: { type: 'duration', seconds: 12 } }],
		[{ usage: { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined } }],
		[{ usage: { searchUnits: 1 } }],
		[{ tokens: ['a'] }],
		[{ tokens: 3 }],
		[{ tokens: { in: 3 } }],
		[{ tokens: [1, 2], tokenStrings: ['a', 'b'], meta: { apiVersion: { version: '1' } } }],
		[{ tokens_used: '15' }],
		[{ in: 3, out: 4 }],
		[{ input_tokens: 14 }],
		[{ object: 'response.input_tokens', input_tokens: 14 }],
		[{ totalTokens: 9, cachedContentTokenCount: 3 }],
		[{ total_tokens: 9 }],
		[{ meta: { page: 1, input_tokens: 3, output_tokens: 4 } }],
		[{ meta: { billed_units: { search_units: 1 } } }],
		[{ type: 'order', id: 7 }],
		[{ type: 'response.created', response: { usage: null } }],
		[{ type: 'message_start', message: 'hello' }],
		[{ model: 'llama3', done: false, message: {} }],
		[{ total_duration: 12 }],
		[{ id: 'batch_1', object: 'batch', usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } }],
		[{ generations: 3, llmOutput: 'text' }],
		[{ messages: [{ usage_metadata: { input_tokens: 1, output_tokens: 2 } }] }],
		[new Map([['usage', { prompt_tokens: 1 }]])],
		[new Date()],
		[Buffer.from('usage')],
		[Promise.resolve({ usage: { prompt_tokens: 1 } })],
		[
			new (class Order {
				state = 'paid';
				total = 12;
			})(),
		],
		[Object.create({ usage: { prompt_tokens: 1, completion_tokens: 2 } })],
		[{ usage: Object.create({ prompt_tokens: 1, completion_tokens: 2 }) }],
	])('%p', (given) => {
		expect(usageIn(given)).toBeUndefined();
		const stream = new StreamUsage();
		stream.add(given);
		expect(stream.usage(true)).toBeUndefined();
		expect(stream.usage(false)).toBeUndefined();
	});
});

describe('a response in two formats', () => {
	it('counts once', () => {
		const both = {
			usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, input_tokens: 10, output_tokens: 5 },
			usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
			tokens_used: 15,
		};
		expect(usageIn(both)).toEqual({ input: 10, output: 5 });
	});

	it('is read in the second format if the first has no numbers', () => {
		expect(usageIn({ usage: 'how to use', tokens_used: 15 })).toEqual({ input: 15, output: 0 });
	});
});

describe('parts of a whole', () => {
	it('are left out if they are greater than the whole', () => {
		const usage = {
			prompt_tokens: 5,
			completion_tokens: 2,
			total_tokens: 7,
			prompt_tokens_details: { cached_tokens: 9 },
		};
		expect(usageIn({ usage: { ...usage, completion_tokens_details: { reasoning_tokens: 3 } } })).toEqual({
			input: 5,
			output: 2,
		});
	});

	it('that would go beyond a safe integer make no usage, and calls that would go beyond it end there', () => {
		const most = Number.MAX_SAFE_INTEGER;
		expect(usageIn({ usage: { input_tokens: most, output_tokens: 1, cache_read_input_tokens: most } })).toBeUndefined();
		const stream = new StreamUsage();
		for (const id of ['a', 'b']) stream.add({ type: 'message_start', message: { id, usage: { input_tokens: most } } });
		expect(stream.usage(true)).toEqual({ input: most, output: 0 });
	});
});

describe('a name', () => {
	it('is no id of a response unless the response has the format of a provider', () => {
		const usage = { input_tokens: 1, output_tokens: 2 };
		expect(usageIn({ id: 'order-7', model: 'm', usage })).toEqual({ input: 1, output: 2, model: 'm' });
		expect(usageIn({ id: 'order-7', object: 'order', usage })).toEqual({ input: 1, output: 2 });
	});

	it('is left out if it is no string, empty, or too long', () => {
		const usage = { input_tokens: 1, output_tokens: 2 };
		for (const model of [7, '', 'x'.repeat(257), {}])
			expect(usageIn({ model, usage })).toEqual({ input: 1, output: 2 });
	});
});

describe('anything at all', () => {
	it('never throws, and never returns anything but whole numbers and parts within them', () => {
		fc.assert(
			fc.property(fc.array(value, { maxLength: 6 }), (chunks) => {
				const stream = new StreamUsage();
				for (const chunk of chunks) {
					read(chunk);
					stream.add(chunk);
				}
				for (const usage of [...chunks.map(usageIn), ...chunks.map(usageFrom), stream.usage(false)]) {
					if (usage === undefined) continue;
					for (const number of [usage.input, usage.output]) expect(Number.isSafeInteger(number)).toBe(true);
					for (const number of Object.values(usage))
						if (typeof number === 'number') expect(number).toBeGreaterThanOrEqual(0);
				}
			}),
			{ numRuns: 2000 },
		);
	});

	it('is not changed, and may be frozen all through', () => {
		fc.assert(
			fc.property(value, (given) => {
				const freeze = (object: unknown): void => {
					if (object === null || typeof object !== 'object' || Object.isFrozen(object) || ArrayBuffer.isView(object))
						return;
					Object.freeze(object);
					for (const inner of Object.values(object)) freeze(inner);
				};
				freeze(given);
				read(given);
			}),
		);
	});

	it('is read without running its getters, or those of objects inside of it', () => {
		let touched = 0;
		const touch = () => {
			touched++;
		};
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1, maxKeys: 12 }), (given) => {
				read(gettersOf(given, touch));
				for (const key of NAMES) read({ type: 'finish', [key]: gettersOf(given, touch) });
				read([gettersOf(given, touch)]);
			}),
		);
		expect(touched).toBe(0);
	});

	it('is not read if it is a proxy, has one inside, or inherits from one', () => {
		let touched = 0;
		const touch = () => {
			touched++;
		};
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1, maxKeys: 12 }), (given) => {
				read(trapped(given, touch));
				read(trapped([given], touch));
				for (const key of NAMES) {
					read({ [key]: trapped(given, touch) });
					read({ usage: { [key]: trapped(given, touch) }, [key]: [trapped(given, touch)], totalUsage: given });
				}
				read(Object.assign(Object.create(trapped({}, touch) as object) as object, {}));
			}),
			{ numRuns: 50 },
		);
		expect(touched).toBe(0);
	});

	it('may be a revoked proxy', () => {
		const { proxy, revoke } = Proxy.revocable({}, {});
		revoke();
		read(proxy);
		read({ usage: proxy, choices: proxy, totalUsage: proxy });
		expect(usageIn(proxy)).toBeUndefined();
	});

	it('may be an array of any length', () => {
		const sparse: unknown[] = [];
		sparse.length = 2 ** 32 - 1;
		const usage = { input_tokens: 1, output_tokens: 2, cache_read_input_tokens: 0, iterations: sparse };
		expect(usageIn({ usage })).toEqual({ input: 1, output: 2, cacheRead: 0 });
	});
});

describe('sums', () => {
	const n = fc.nat(1e6);

	it('of Anthropic include what was read from and written to the cache', () => {
		fc.assert(
			fc.property(n, n, n, n, (input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens) => {
				const usage = usageIn({
					usage: { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens },
				});
				expect(usage?.input).toBe(input_tokens + cache_read_input_tokens + cache_creation_input_tokens);
				expect(usage?.output).toBe(output_tokens);
			}),
		);
	});

	it('of Google are its own total', () => {
		fc.assert(
			fc.property(n, n, n, n, (promptTokenCount, toolUsePromptTokenCount, candidatesTokenCount, thoughtsTokenCount) => {
				const usage = usageIn({
					usageMetadata: { promptTokenCount, toolUsePromptTokenCount, candidatesTokenCount, thoughtsTokenCount },
				});
				const totalTokenCount = promptTokenCount + toolUsePromptTokenCount + candidatesTokenCount + thoughtsTokenCount;
				expect((usage?.input ?? 0) + (usage?.output ?? 0)).toBe(totalTokenCount);
			}),
		);
	});

	it('of OpenAI are its own total, however its server counts reasoning', () => {
		fc.assert(
			fc.property(n, n, n, fc.boolean(), (prompt_tokens, text, reasoning_tokens, beside) => {
				const completion_tokens = beside ? text : text + reasoning_tokens;
				const total_tokens = prompt_tokens + text + reasoning_tokens;
				const completion_tokens_details = { reasoning_tokens };
				const usage = usageIn({ usage: { prompt_tokens, completion_tokens, total_tokens, completion_tokens_details } });
				expect(usage).toEqual({ input: prompt_tokens, output: text + reasoning_tokens, reasoning: reasoning_tokens });
			}),
		);
	});
});
