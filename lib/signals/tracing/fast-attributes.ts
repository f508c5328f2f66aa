import type { Attributes, Span } from '@opentelemetry/api';
import type { ConstantAttributes } from '../../redaction/constant-attributes.js';
import { ATTR_AGENTESE_OUTCOME, ATTR_AGENTESE_RESULT } from '../../runtime/names.generated.js';

/**
 * A span whose attributes can be assigned directly: one of OpenTelemetry's SDK 2.x or 3.x (class `SpanImpl`), or the
 * `FastSpan` of the presets. Its attributes are a plain object, and it counts them in a field. `setAttribute` creates
 * two objects and a WeakSet for each value: nine calls take 900 ns, and nine assignments 130 ns (least of nine runs, on
 * a machine that others use).
 */
export interface DirectSpan extends Span {
	/** The attributes; the toolkit writes into this object. */
	readonly attributes: Attributes;
	/** How many attributes it has. Must be raised by one for each key that is added. */
	_attributesCount: number;
	/** Only on a `FastSpan`: which of the attributes all spans of its method share; null until they are written. */
	_constants?: ConstantAttributes | null;
	/** The limits that `setAttribute` applies; the defaults are 128 attributes and no limit of length. */
	readonly _spanLimits: { readonly attributeCountLimit?: number; readonly attributeValueLengthLimit?: number };
}

/**
 * The most characters of a text that is assigned directly. Spans with a lower limit get all texts by `setAttribute`.
 */
const MAX_DIRECT_TEXT = 1024;

/** The toolkit writes no more attributes on a span than this. */
const MAX_TOOLKIT_ATTRIBUTES = 32;

/** The `setAttribute` method of the span class that was verified last. */
let verifiedSetAttribute: unknown;

/**
 * Returns the span if the toolkit may assign bounded texts and numbers to its attributes directly: its class is known,
 * and it would keep these values as they are. Returns undefined if its class is not known, its `setAttribute` was
 * replaced, or it is so close to its limits that it might drop or cut a value.
 */
export function directSpan(span: Span): DirectSpan | undefined {
	const direct = span as DirectSpan;
	// One comparison proves that the class is known, and that neither the class nor this span was patched since.
	if (direct.setAttribute !== verifiedSetAttribute && !verify(direct)) return undefined;
	const { attributeCountLimit = 128, attributeValueLengthLimit = Number.POSITIVE_INFINITY } = direct._spanLimits;
	if (
		attributeValueLengthLimit < MAX_DIRECT_TEXT ||
		direct._attributesCount + MAX_TOOLKIT_ATTRIBUTES > attributeCountLimit
	)
		return undefined;
	return direct;
}

/** Returns true for a text that may be assigned directly: a `DirectSpan` does not cut it. */
export function isDirectText(text: string | undefined): text is string {
	return text !== undefined && text.length <= MAX_DIRECT_TEXT;
}

/**
 * Writes `agentese.result` and `agentese.outcome`, directly if the span permits it.
 *
 * @param result - undefined: no such attribute
 * @param outcome - undefined: no such attribute
 */
export function writeResultAndOutcome(span: Span, result: string | undefined, outcome: string | undefined): void {
	const direct = isDirectText(result ?? '') ? directSpan(span) : undefined;
	if (direct === undefined) {
		if (result !== undefined) span.setAttribute(ATTR_AGENTESE_RESULT, result);
		if (outcome !== undefined) span.setAttribute(ATTR_AGENTESE_OUTCOME, outcome);
		return;
	}
	// A key that the method itself has set already is overwritten, and must not be counted twice.
	const { attributes } = direct;
	if (result !== undefined) {
		if (!Object.hasOwn(attributes, ATTR_AGENTESE_RESULT)) direct._attributesCount++;
		attributes[ATTR_AGENTESE_RESULT] = result;
	}
	if (outcome !== undefined) {
		if (!Object.hasOwn(attributes, ATTR_AGENTESE_OUTCOME)) direct._attributesCount++;
		attributes[ATTR_AGENTESE_OUTCOME] = outcome;
	}
}

/** Returns true, and remembers the class, if the span has all members that a `DirectSpan` has in the known SDKs. */
function verify(span: DirectSpan): boolean {
	const prototype = Object.getPrototypeOf(span) as Partial<DirectSpan> | null;
	const known =
		// A bundler may have renamed the class `FastSpan`. It is recognized by its field `_constants`, which no other has.
		(span._constants !== undefined || prototype?.constructor?.name === 'SpanImpl') &&
		Object.hasOwn(prototype ?? {}, 'setAttribute') &&
		span.setAttribute === prototype?.setAttribute &&
		typeof span._attributesCount === 'number' &&
		typeof span._spanLimits === 'object' &&
		typeof span.attributes === 'object' &&
		Object.getPrototypeOf(span.attributes) === Object.prototype;
	if (known) verifiedSetAttribute = span.setAttribute;
	return known;
}
