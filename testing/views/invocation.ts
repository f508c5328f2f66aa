import { inspect } from 'node:util';
import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import { matchSegments } from '../../lib/rules/glob.js';
import {
	ATTR_AGENTESE_ALIAS,
	ATTR_AGENTESE_ARCHETYPE,
	ATTR_AGENTESE_OBSERVER,
	ATTR_AGENTESE_OUTCOME,
	ATTR_AGENTESE_PATH,
	ATTR_AGENTESE_RESULT,
	ATTR_AGENTESE_TOKENS_IN,
	ATTR_AGENTESE_TOKENS_OUT,
	ATTR_AGENTESE_TOKENS_TOTAL_IN,
	ATTR_AGENTESE_TOKENS_TOTAL_OUT,
	ATTR_CODE_FUNCTION_NAME,
	ATTR_ERROR_TYPE,
} from '../../lib/runtime/names.generated.js';
import { SCOPE } from '../../lib/runtime/version.js';
import type { ReadableSpan } from '../../presets/contract/sdk-parts.js';
import type { SpanRecord } from '../recording/span-log.js';

/** Model tokens. */
export interface TestTokens {
	/** Tokens that were sent to models. */
	readonly input: number;
	/** Tokens that models generated. */
	readonly output: number;
}

/** An error that an invocation failed with. */
export interface TestError {
	/** The value of `error.type`: the error's code if it has one, else its class. */
	readonly type: string;
	/** The error's class, as `exception.type` of the span's event has it; the type if there is no event. */
	readonly name: string;
	/** The message, as it is exported: redacted, and undefined if the config leaves messages out. */
	readonly message: string | undefined;
}

/** One ended invocation, as its span describes it. */
export interface TestInvocation {
	/** The AGENTESE path; undefined for a function without one. */
	readonly path: string | undefined;
	/** The path, or the name of the function. */
	readonly label: string;
	/** `ok`, `error`, `refused`, `cancelled` or another value of `agentese.outcome`; undefined for a function without a path. */
	readonly outcome: string | undefined;
	/** The name of the observer; undefined for a function without a path. */
	readonly observer: string | undefined;
	/** The archetype of the observer; undefined if it has none. */
	readonly archetype: string | undefined;
	/** The result as it is exported: what the option `result` returned, else the name of the result's type. */
	readonly result: string | undefined;
	/** The error; undefined if it did not fail. */
	readonly error: TestError | undefined;
	/** The model tokens of this invocation alone; zeros if it spent none. */
	readonly tokens: TestTokens;
	/** The model tokens of this invocation and all below it. */
	readonly totalTokens: TestTokens;
	/** The duration of the span in milliseconds. */
	readonly durationMs: number;
	/** All attributes of the span. */
	readonly attributes: Attributes;
	/** The innermost invocation around it, if that has ended; undefined if there is none. */
	readonly parent: TestInvocation | undefined;
	/** The invocations directly below it that have ended, in the order of their start. */
	readonly children: readonly TestInvocation[];
	/** The span as the presets receive it. */
	readonly span: ReadableSpan;
}

/** Returns true if a span is that of an invocation: the toolkit has started it. */
export function isInvocation({ instrumentationScope }: ReadableSpan): boolean {
	return instrumentationScope.name === SCOPE;
}

/** Returns the path of an invocation's span, or the name of its function, or of the span. */
export function labelOf({ attributes, name }: ReadableSpan): string {
	return String(attributes[ATTR_AGENTESE_PATH] ?? attributes[ATTR_CODE_FUNCTION_NAME] ?? name);
}

/**
 * Returns true if a path or pattern matches an invocation's path, its alias, its function or the name of its span: `*`
 * matches one segment, and `**` any number of them.
 */
export function matches(pattern: string, { attributes, name }: ReadableSpan): boolean {
	const segments = pattern.split('.');
	const names = [
		...[attributes[ATTR_AGENTESE_PATH], attributes[ATTR_AGENTESE_ALIAS], attributes[ATTR_CODE_FUNCTION_NAME], name],
	];
	return names.some((found) => typeof found === 'string' && matchSegments(segments, found.split('.')));
}

/** The invocations of one test, by the records of their spans. */
export class Invocations {
	readonly #records: () => readonly SpanRecord[];
	readonly #views = new WeakMap<SpanRecord, SpanInvocation>();

	/** @param records - returns all spans of the test in the order of their start */
	constructor(records: () => readonly SpanRecord[]) {
		this.#records = records;
	}

	/** The ended invocations in the order of their start. */
	all(): SpanInvocation[] {
		return this.#records().flatMap((record) => this.of(record) ?? []);
	}

	/** Returns the view of a span; undefined if it has not ended, was not exported, or is that of no invocation. */
	of(record: SpanRecord): SpanInvocation | undefined {
		if (record.ended === undefined || !isInvocation(record.ended)) return undefined;
		let view = this.#views.get(record);
		if (view === undefined) {
			view = new SpanInvocation(record, record.ended, this);
			this.#views.set(record, view);
		}
		return view;
	}

	/** Returns the innermost ended invocation around a span. */
	around({ parent }: SpanRecord): SpanInvocation | undefined {
		return parent === undefined ? undefined : (this.of(parent) ?? this.around(parent));
	}
}

/** What the span of an invocation describes. */
class SpanInvocation implements TestInvocation {
	readonly #record: SpanRecord;
	readonly #all: Invocations;
	readonly span: ReadableSpan;

	constructor(record: SpanRecord, span: ReadableSpan, all: Invocations) {
		this.#record = record;
		this.#all = all;
		this.span = span;
	}

	get attributes(): Attributes {
		return this.span.attributes;
	}

	get path(): string | undefined {
		return this.#text(ATTR_AGENTESE_PATH);
	}

	get label(): string {
		return labelOf(this.span);
	}

	get outcome(): string | undefined {
		return this.#text(ATTR_AGENTESE_OUTCOME);
	}

	get observer(): string | undefined {
		return this.#text(ATTR_AGENTESE_OBSERVER);
	}

	get archetype(): string | undefined {
		return this.#text(ATTR_AGENTESE_ARCHETYPE);
	}

	get result(): string | undefined {
		return this.#text(ATTR_AGENTESE_RESULT);
	}

	get error(): TestError | undefined {
		const { status, events } = this.span;
		const event = events.findLast(({ name }) => name === 'exception')?.attributes;
		const type = this.#text(ATTR_ERROR_TYPE) ?? event?.['exception.type'];
		if (typeof type !== 'string' && status.code !== SpanStatusCode.ERROR) return undefined;
		const message = event?.['exception.message'] ?? status.message;
		const name = event?.['exception.type'] ?? type ?? '_OTHER';
		return {
			type: String(type ?? '_OTHER'),
			name: String(name),
			message: typeof message === 'string' ? message : undefined,
		};
	}

	get tokens(): TestTokens {
		return this.#tokens(ATTR_AGENTESE_TOKENS_IN, ATTR_AGENTESE_TOKENS_OUT);
	}

	get totalTokens(): TestTokens {
		const total = this.#tokens(ATTR_AGENTESE_TOKENS_TOTAL_IN, ATTR_AGENTESE_TOKENS_TOTAL_OUT);
		return total.input + total.output > 0 ? total : this.tokens;
	}

	get durationMs(): number {
		const [seconds, nanoseconds] = this.span.duration;
		return seconds * 1e3 + nanoseconds / 1e6;
	}

	get parent(): TestInvocation | undefined {
		return this.#all.around(this.#record);
	}

	get children(): readonly TestInvocation[] {
		return this.#all.all().filter((other) => other.parent === this);
	}

	/** What jest, vitest and `util.inspect` print: no ids and no times. */
	toJSON(): object {
		const { label, outcome, observer, result, error, tokens } = this;
		return { label, outcome, observer, result, error, tokens };
	}

	[inspect.custom](): object {
		return this.toJSON();
	}

	#text(key: string): string | undefined {
		const value = this.span.attributes[key];
		return value === undefined ? undefined : String(value);
	}

	#tokens(input: string, output: string): TestTokens {
		const { attributes } = this.span;
		return { input: Number(attributes[input] ?? 0), output: Number(attributes[output] ?? 0) };
	}
}
