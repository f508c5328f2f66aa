import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Aspect, createLogos, Resolver, Traced, traced } from '../../../../index.js';
import { CAPTURE_DEFAULTS, configureCapture } from '../../../../lib/signals/capture/settings.js';
import { MODEL_CASE, SHAPES } from '../../redaction/planted.js';

const exporter = new InMemorySpanExporter();
let undo: () => void = () => undefined;

beforeEach(() => {
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
	exporter.reset();
	undo = () => undefined;
});
afterEach(() => {
	undo();
	trace.disable();
	context.disable();
});

const spans = () => exporter.getFinishedSpans();
const content = () =>
	spans().map(({ attributes }) => [attributes['agentese.arguments'], attributes['agentese.return_value']]);

const UMWELT = { id: 'kent', archetype: 'gardener', letters: ['private'] };

@Resolver('self.soul')
class Soul {
	@Aspect
	@Traced({ capture: 'full' })
	async challenge(_umwelt: unknown, idea: string, options?: object): Promise<object> {
		return { ruling: 'REJECT', idea, options };
	}

	@Aspect
	@Traced({ capture: 'metadata' })
	weigh(_umwelt: unknown, idea: string): string[] {
		return [idea, idea];
	}

	@Aspect
	@Traced()
	quiet(_umwelt: unknown, idea: string): string {
		return idea;
	}

	@Aspect
	@Traced({ capture: 'full' })
	async *tell(_umwelt: unknown, idea: string): AsyncGenerator<string, string> {
		yield `chunk of ${idea}`;
		return 'the end';
	}

	@Aspect
	@Traced({ capture: 'full', observer: (args) => args[1] })
	ask(idea: string, _who: object): string {
		return idea;
	}

	@Aspect
	@Traced({ errors: 'type' })
	fail(_umwelt: unknown): never {
		throw new RangeError(MODEL_CASE);
	}

	@Traced()
	failLoudly(_umwelt: unknown): never {
		throw new RangeError(MODEL_CASE);
	}
}

describe('arguments and results', () => {
	it('are not written by default', () => {
		new Soul().quiet(UMWELT, 'idea');
		expect(content()).toEqual([[undefined, undefined]]);
	});

	it('are written without the umwelt, if called directly or by a path', async () => {
		await new Soul().challenge(UMWELT, 'idea', { password: 'pw', n: 1n });
		await createLogos([new Soul()]).invoke('self.soul.challenge', UMWELT, 'idea');
		const [direct, invoked] = content().map((pair) => pair.map((text) => JSON.parse(String(text))));
		expect(direct).toEqual([
			['idea', { password: '[redacted]', n: '1' }],
			{ ruling: 'REJECT', idea: 'idea', options: { password: '[redacted]', n: '1' } },
		]);
		expect(invoked).toEqual([['idea'], { ruling: 'REJECT', idea: 'idea', options: null }]);
		expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('private');
	});

	it('are written without the argument that the observer option reads', () => {
		new Soul().ask('idea', UMWELT);
		expect(content()).toEqual([['["idea"]', '"idea"']]);
	});

	it('are only types and sizes for metadata', () => {
		new Soul().weigh(UMWELT, 'four');
		expect(content()).toEqual([['[{"type":"string","length":4}]', '{"type":"Array","length":2}']]);
	});

	it('of streams: no chunk and no return value is written', async () => {
		for await (const _ of new Soul().tell(UMWELT, 'idea')) {
			// Consumed.
		}
		expect(content()).toEqual([['["idea"]', undefined]]);
	});

	it('are written for every method, within limits, if the settings are full; an option of a method overrides them', () => {
		undo = configureCapture({
			...CAPTURE_DEFAULTS,
			arguments: 'full',
			result: 'full',
			limits: { maxBytes: 64, maxDepth: 2, maxValues: 9 },
		});
		new Soul().quiet(UMWELT, 'idea '.repeat(50));
		traced(() => 'secret', { name: 'off', capture: 'off' })();
		const [[args, result] = [], off] = content();
		expect(JSON.parse(String(args))).toEqual(['[cut 1 more]']);
		expect(JSON.parse(String(result))).toMatch(/^idea idea .*…\[cut \d+ characters\]$/);
		expect(off).toEqual([undefined, undefined]);
	});

	it('are written each by itself, and of the arguments what a function selects, without secrets and cut', () => {
		const login = (user: { name: string; password: string }, note: string) => [user.name, note];
		const user = { name: 'kent', password: 'rose' };
		traced(login, { capture: { result: 'full' } })(user, 'a');
		traced(login, { capture: { arguments: 'metadata' } })(user, 'b');
		traced(login, { capture: { arguments: ([{ name, password }]) => ({ name, password }) } })(user, 'c');
		traced(login, { capture: { arguments: ([, note]) => note, result: 'off' } })(user, 'd '.repeat(9000));
		traced(login, { capture: { arguments: () => undefined } })(user, 'e');
		const cut = String(content()[3]?.[0]);
		expect(JSON.parse(cut)).toMatch(/^d d .*…\[cut \d+ characters\]$/);
		expect(content()).toEqual([
			[undefined, '["kent","a"]'],
			['[{"type":"Object","keys":2},{"type":"string","length":1}]', undefined],
			['{"name":"kent","password":"[redacted]"}', undefined],
			[cut, undefined],
			[undefined, undefined],
		]);
	});

	it('are those of the settings for the side that an option leaves out', () => {
		undo = configureCapture({ ...CAPTURE_DEFAULTS, arguments: 'full', result: 'metadata' });
		traced((text: string) => text, { capture: { result: 'full' } })('a');
		traced((text: string) => text, { capture: { arguments: 'off' } })('b');
		expect(content()).toEqual([
			['["a"]', '"a"'],
			[undefined, '{"type":"string","length":1}'],
		]);
	});

	it('are not written if the function that selects them throws; the call is not affected', () => {
		const select = () => {
			throw new Error('no');
		};
		expect(traced(() => 1, { capture: { arguments: select, result: 'full' } })()).toBe(1);
		expect(content()).toEqual([[undefined, '1']]);
	});

	it.each([
		[{ capture: 'all' }, "The option 'capture' is 'off', 'metadata' or 'full', or { arguments, result }."],
		[{ capture: ['off'] }, "The option 'capture' is 'off', 'metadata' or 'full', or { arguments, result }."],
		[{ capture: { args: 'off' } }, "The option 'capture' has the keys arguments and result, and not 'args'."],
		[{ capture: { arguments: 1 } }, "The option 'capture.arguments' is 'off', 'metadata' or 'full', or a function"],
		[{ capture: { result: () => 1 } }, "The option 'capture.result' is 'off', 'metadata' or 'full'."],
		[{ errors: 'none' }, "The option 'errors' is 'full' or 'type'."],
	])('%j is refused when the method is decorated', (options, rule) => {
		expect(() => traced(() => 1, options as object)).toThrow(rule);
	});
});

describe("under the application's own SDK", () => {
	it('errors have no secrets in message, stack and status; the error itself keeps them', () => {
		const key = SHAPES['openai project']?.text ?? '';
		expect(() => new Soul().failLoudly(UMWELT)).toThrow(MODEL_CASE);
		const [span] = spans();
		const event = span?.events[0]?.attributes ?? {};
		expect(event['exception.message']).toMatch(/^Incorrect API key provided: \[redacted\]\. You can find/);
		expect(event['exception.stacktrace']).toContain('Incorrect API key provided: [redacted].');
		expect(span?.status.message).toBe(event['exception.message']);
		expect(JSON.stringify([span?.events, span?.status])).not.toContain(key);
	});

	it('paths and observers have no secrets', async () => {
		@Resolver('world.town.:citizen')
		class Town {
			@Aspect
			@Traced()
			greet(_umwelt?: unknown): void {}
		}
		const key = (SHAPES['github']?.text ?? '').toLowerCase();
		await createLogos([new Town()]).invoke(`world.town.${key}.greet`, { id: SHAPES['slack']?.text });
		expect(spans()[0]?.attributes).toMatchObject({
			'agentese.path': 'world.town.[redacted].greet',
			'agentese.holon': 'town.[redacted]',
			'agentese.observer': '[redacted]',
		});
	});

	it('errors: type writes neither message nor stack', () => {
		expect(() => new Soul().fail(UMWELT)).toThrow(RangeError);
		const [span] = spans();
		expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
		expect(span?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
			['exception', { 'exception.type': 'RangeError' }],
		]);
	});

	it('results of options have no secrets', () => {
		const key = SHAPES['anthropic']?.text ?? '';
		traced(() => 'x', {
			name: 'plain',
			attributes: () => ({ password: 'pw', note: `it was ${key}`, big: { list: 'x'.repeat(5000), key } }),
			result: () => `a verdict on ${key}`,
		})();
		expect(spans()[0]?.attributes).toMatchObject({
			password: '[redacted]',
			note: 'it was [redacted]',
			'agentese.result': 'a verdict on [redacted]',
		});
	});
});
