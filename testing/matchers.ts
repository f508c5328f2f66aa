import { inspect, isDeepStrictEqual } from 'node:util';
import type { Attributes } from '@opentelemetry/api';
import { RecordedTelemetry } from './telemetry.js';
import type { TestError, TestInvocation, TestTokens } from './views/invocation.js';

/** What a matcher returns to the test runner. */
export interface MatcherResult {
	/** True if the expectation is met. */
	readonly pass: boolean;
	/** Returns the text of the failure, also of one under `.not`. Never throws. */
	readonly message: () => string;
}

/** What an invocation must have, beside its path. */
export interface ExpectedInvocation {
	/** How many invocations match. @default at least one */
	readonly times?: number | undefined;
	/** The outcome. @default any */
	readonly outcome?: string | undefined;
	/** The name of the observer. @default any */
	readonly observer?: string | undefined;
	/** The result, as it is exported. @default any */
	readonly result?: string | undefined;
	/** Attributes that the span has, beside others. @default none */
	readonly attributes?: Attributes | undefined;
}

/** Model tokens that were spent: the sum of both directions, or the direction that is given. */
export type ExpectedTokens = number | Partial<TestTokens>;

/**
 * An error: its class, the name of its class or its `error.type`, a pattern of its message, or an error with the same class
 * and message. A base class does not match, except `Error`, which matches any.
 */
export type ExpectedError = string | RegExp | Error | (abstract new (...args: never[]) => Error);

/**
 * The matchers as methods of `expect(…)`: what the augmentations of a test runner's types extend. Each returns what the
 * runner's own matchers return. It throws the runner's error if the expectation is not met, and a TypeError if `expect` was
 * called with neither a test telemetry nor, where that is possible, an invocation.
 */
export interface TelemetryMatchers<R = void> {
	/**
	 * Passes if the test telemetry has recorded an invocation of the path, or as many as expected.
	 *
	 * @param path - a path, the name of a function, or a pattern: `*` matches one segment, `**` any number of them
	 * @param expected - how many, or what they have. @default at least one
	 */
	toHaveInvoked(path: string, expected?: number | ExpectedInvocation): R;
	/**
	 * Passes if the test telemetry, or the invocation alone, has spent these model tokens.
	 *
	 * @param tokens - the sum of input and output, or `{ input, output }`, of which one may be left out
	 */
	toHaveSpent(tokens: ExpectedTokens): R;
	/**
	 * Passes if the invocations of the path have spent these model tokens together.
	 *
	 * @param path - a path or a pattern
	 * @param tokens - the sum of input and output, or `{ input, output }`, of which one may be left out
	 */
	toHaveSpent(path: string, tokens: ExpectedTokens): R;
	/**
	 * Passes if the invocation has failed, or an invocation that the test telemetry has recorded.
	 *
	 * @param error - the error. @default any
	 */
	toHaveFailedWith(error?: ExpectedError): R;
	/**
	 * Passes if an invocation of the path has failed with the error.
	 *
	 * @param path - a path or a pattern
	 * @param error - the error; undefined for any
	 */
	toHaveFailedWith(path: string, error: ExpectedError | undefined): R;
}

/**
 * The matchers `toHaveInvoked`, `toHaveSpent` and `toHaveFailedWith` for `expect.extend` of jest and of vitest; see
 * {@linkcode TelemetryMatchers}. They throw a TypeError for what is neither a test telemetry nor an invocation.
 *
 * @example
 * ```ts
 * import { expect } from '@jest/globals';
 * import { traced } from 'agentese-otel';
 * import { matchers, type TelemetryMatchers, testTelemetry } from 'agentese-otel/testing';
 *
 * expect.extend(matchers);
 * await using t = await testTelemetry();
 * traced(() => 'done', { path: 'world.garden.prune' })();
 * (expect(t) as unknown as TelemetryMatchers).toHaveInvoked('world.garden.prune', 1); // => undefined
 * ```
 */
export const matchers = {
	/** Returns whether the test telemetry has recorded an invocation of the path, or as many as expected. */
	toHaveInvoked(received: unknown, path: string, expected: number | ExpectedInvocation = {}): MatcherResult {
		const t = telemetryOf(received, 'toHaveInvoked');
		const { times, ...wanted } = typeof expected === 'number' ? { times: expected } : expected;
		const all = t.invocations(path);
		const found = all.filter((invocation) => fits(invocation, wanted));
		const pass = times === undefined ? found.length > 0 : found.length === times;
		const what = Object.values(wanted).every((value) => value === undefined) ? '' : ` with ${show(wanted)}`;
		return {
			pass,
			message: () =>
				`Expected ${pass ? 'not ' : ''}${times ?? 'an'} ${times === undefined || times === 1 ? 'invocation' : 'invocations'} ` +
				`of "${path}"${what}, got ${found.length}. ${t.describe()}${all.map((each) => `\n  ${show(each)}`).join('')}`,
		};
	},

	/** Returns whether the test telemetry, a path or an invocation has spent these model tokens. */
	toHaveSpent(received: unknown, ...args: [ExpectedTokens] | [string, ExpectedTokens]): MatcherResult {
		const [path, expected] = args.length === 2 ? args : [undefined, args[0]];
		const spent = spentBy(received, path);
		const isMet =
			typeof expected === 'number'
				? spent.input + spent.output === expected
				: (expected.input ?? spent.input) === spent.input && (expected.output ?? spent.output) === spent.output;
		return {
			pass: isMet,
			message: () =>
				`Expected ${path === undefined ? '' : `"${path}" `}${isMet ? 'not ' : ''}to have spent ${show(expected)} tokens, got ` +
				`${show({ input: spent.input, output: spent.output })}.`,
		};
	},

	/** Returns whether the invocation, or one that the test telemetry has recorded, has failed. */
	toHaveFailedWith(received: unknown, ...args: [ExpectedError?] | [string, ExpectedError | undefined]): MatcherResult {
		const [path, expected] = args.length === 2 ? args : [undefined, args[0]];
		const invocations =
			received instanceof RecordedTelemetry ? received.invocations(path) : [invocationOf(received, 'toHaveFailedWith')];
		const errors = invocations.flatMap(({ error }) => error ?? []);
		const pass = errors.some((error) => isError(error, expected));
		const who = path === undefined ? '' : `"${path}" `;
		const got = errors.length === 0 ? 'no error' : errors.map(show).join(', ');
		const list = received instanceof RecordedTelemetry ? ` ${received.describe()}` : '';
		return {
			pass,
			message: () =>
				`Expected ${who}${pass ? 'not ' : ''}to have failed${expected === undefined ? '' : ` with ${nameOf(expected)}`}, got ${got}.${list}`,
		};
	},
};

/** Returns the test telemetry that `expect` was called with. @throws TypeError for anything else */
function telemetryOf(received: unknown, matcher: string): RecordedTelemetry {
	if (received instanceof RecordedTelemetry) return received;
	throw new TypeError(
		`${matcher}() needs what testTelemetry() returned, as in expect(t).${matcher}(…); it got ${inspect(received, { depth: 0 })}.`,
	);
}

/** Returns the invocation that `expect` was called with. @throws TypeError for anything else */
function invocationOf(received: unknown, matcher: string): TestInvocation {
	const { label, span, tokens } = (received ?? {}) as Partial<TestInvocation>;
	if (label !== undefined && span !== undefined && tokens !== undefined) return received as TestInvocation;
	throw new TypeError(
		`${matcher}() needs what testTelemetry() or t.invocation(path) returned; it got ${inspect(received, { depth: 0 })}.`,
	);
}

function spentBy(received: unknown, path: string | undefined): TestTokens {
	if (received instanceof RecordedTelemetry) return received.tokens(path);
	return invocationOf(received, 'toHaveSpent').tokens;
}

/** Returns true if an invocation has all that is expected of it. */
function fits(invocation: TestInvocation, { outcome, observer, result, attributes = {} }: ExpectedInvocation): boolean {
	return (
		(outcome === undefined || invocation.outcome === outcome) &&
		(observer === undefined || invocation.observer === observer) &&
		(result === undefined || invocation.result === result) &&
		Object.entries(attributes).every(([key, value]) => isDeepStrictEqual(invocation.attributes[key], value))
	);
}

/** Returns true if a recorded error is the expected one. */
function isError({ type, name, message }: TestError, expected: ExpectedError | undefined): boolean {
	if (expected === undefined || expected === Error) return true;
	if (expected instanceof RegExp) return message !== undefined && expected.test(message);
	const is = (...names: string[]) => names.includes(type) || names.includes(name);
	if (expected instanceof Error) return is(expected.name, expected.constructor.name) && message === expected.message;
	return typeof expected === 'string' ? is(expected) : is(expected.name);
}

function nameOf(expected: ExpectedError): string {
	return typeof expected === 'function' ? expected.name : show(expected);
}

function show(value: unknown): string {
	return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
}
