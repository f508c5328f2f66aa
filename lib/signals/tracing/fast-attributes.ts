import type { Attributes, Span } from '@opentelemetry/api';
import type { Constants } from '../../redaction/constants.js';

/**
 * A span of OpenTelemetry's SDK (2.x, 3.x, or the presets' own), whose attributes are a plain object that it counts
 * itself. `setAttribute` makes two objects and a WeakSet for each value: nine of them cost 900 ns, and to write the same
 * nine into the object 130 (least of nine runs, a machine that others use).
 */
export interface FastSpan extends Span {
	readonly attributes: Attributes;
	_attributesCount: number;
	/** Of the presets' own spans: which of the attributes every span of its method has; null until that is said. */
	_constants?: Constants | null;
	readonly _spanLimits: { readonly attributeCountLimit?: number; readonly attributeValueLengthLimit?: number };
}

/** No text that is written so is longer: those of a limit below it are cut by the SDK itself. */
const MAX_PLAIN_TEXT = 1024;

/** No invocation's span has more attributes of the toolkit than this. */
const ROOM = 32;

let knownSet: unknown;

/**
 * The span, where the toolkit may write bounded texts and numbers into its attributes itself: where it is known, has
 * room, and would keep such a value as it is. Undefined where anything about it is unusual: a class that is not known,
 * a `setAttribute` that somebody replaced, limits that are near.
 */
export function fastSpan(span: Span): FastSpan | undefined {
	const plain = span as FastSpan;
	// One comparison knows the class, and that neither it nor this very span was patched since.
	if (plain.setAttribute !== knownSet && !know(plain)) return undefined;
	const { attributeCountLimit = 128, attributeValueLengthLimit = Number.POSITIVE_INFINITY } = plain._spanLimits;
	if (attributeValueLengthLimit < MAX_PLAIN_TEXT || plain._attributesCount + ROOM > attributeCountLimit)
		return undefined;
	return plain;
}

/** True for a text that a plain span keeps as it is. */
export function isFastSpan(text: string | undefined): text is string {
	return text !== undefined && text.length <= MAX_PLAIN_TEXT;
}

/** Writes how an invocation ended. */
export function writeEnd(span: Span, result: string | undefined, outcome: string | undefined): void {
	const plain = isFastSpan(result ?? '') ? fastSpan(span) : undefined;
	if (plain === undefined) {
		if (result !== undefined) span.setAttribute('agentese.result', result);
		if (outcome !== undefined) span.setAttribute('agentese.outcome', outcome);
		return;
	}
	const { attributes } = plain;
	if (result !== undefined) {
		if (!Object.hasOwn(attributes, 'agentese.result')) plain._attributesCount++;
		attributes['agentese.result'] = result;
	}
	if (outcome !== undefined) {
		if (!Object.hasOwn(attributes, 'agentese.outcome')) plain._attributesCount++;
		attributes['agentese.outcome'] = outcome;
	}
}

/** Whether the class of a span is one of the SDK's, by what it must have. */
function know(span: FastSpan): boolean {
	const prototype = Object.getPrototypeOf(span) as Partial<FastSpan> | null;
	const known =
		// A bundler may have renamed the class; our own is known by what no other has.
		(span._constants !== undefined || prototype?.constructor?.name === 'SpanImpl') &&
		Object.hasOwn(prototype ?? {}, 'setAttribute') &&
		span.setAttribute === prototype?.setAttribute &&
		typeof span._attributesCount === 'number' &&
		typeof span._spanLimits === 'object' &&
		typeof span.attributes === 'object' &&
		Object.getPrototypeOf(span.attributes) === Object.prototype;
	if (known) knownSet = span.setAttribute;
	return known;
}
