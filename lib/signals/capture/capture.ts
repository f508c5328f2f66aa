import types from 'node:util/types';
import type { Span } from '@opentelemetry/api';
import { type Observer, readObserver } from '../../agentese/observers/observer.js';
import type { LiveInvocation, Outcome } from '../../invocation/advice.js';
import { redactionSettings } from '../../redaction/settings.js';
import { warnOnce } from '../../runtime/log-once.js';
import { ATTR_AGENTESE_ARGUMENTS, ATTR_AGENTESE_RETURN_VALUE } from '../../runtime/names.generated.js';
import type { JoinPoint } from '../../weaving/join-points/join-point.js';
import { boundedJson } from './bounded-json.js';
import { metadataOf } from './metadata.js';
import { type Capture, type CaptureSides, captureSettings } from './settings.js';

/**
 * Writes `agentese.arguments` on a recording span, unless capture is off. Never throws.
 *
 * @param option - the `capture` option of the method; undefined: the setting of the configuration
 */
export function captureArguments(
	invocation: LiveInvocation,
	span: Span,
	option: Capture | CaptureSides | undefined,
): void {
	const capture = (typeof option === 'object' ? option.arguments : option) ?? captureSettings().arguments;
	if (capture === 'off') return;
	if (typeof capture === 'function') {
		const selected = selectedBy(capture as (args: readonly unknown[]) => unknown, invocation);
		if (selected !== undefined) span.setAttribute(ATTR_AGENTESE_ARGUMENTS, capturedJson(selected, 'full', metadataOf));
		return;
	}
	span.setAttribute(ATTR_AGENTESE_ARGUMENTS, capturedJson(withoutUmwelt(invocation), capture, metadataOfAll));
}

/**
 * Writes `agentese.return_value` on a recording span, unless capture is off or the invocation has no value: it threw, was
 * cancelled, or its end is unknown. Items and return values of streams are never written. Never throws.
 *
 * @param option - the `capture` option of the method; undefined: the setting of the configuration
 */
export function captureReturn(outcome: Outcome, span: Span, option: Capture | CaptureSides | undefined): void {
	const capture = (typeof option === 'object' ? option.result : option) ?? captureSettings().result;
	if (capture === 'off' || outcome.threw || outcome.stream !== undefined) return;
	if (outcome.kind === 'cancelled' || outcome.kind === 'unknown') return;
	span.setAttribute(ATTR_AGENTESE_RETURN_VALUE, capturedJson(outcome.value, capture, metadataOf));
}

/** Returns what the function of the option `capture` selects of the arguments. If it throws, that is logged once. */
function selectedBy(select: (args: readonly unknown[]) => unknown, { args, point }: LiveInvocation): unknown {
	try {
		return select(args);
	} catch (error) {
		warnOnce('option.capture', `the option capture.arguments of ${point.functionName} threw.`, error);
		return undefined;
	}
}

/** Returns the value as JSON within the configured limits; for `metadata`, what the function returns in its place. */
function capturedJson<T>(value: T, capture: Capture, metadata: (value: T) => unknown): string {
	const { limits } = captureSettings();
	return boundedJson(capture === 'full' ? value : metadata(value), limits, redactionSettings().redactor);
}

/** Returns the type and the size of each argument. */
function metadataOfAll(args: readonly unknown[]): unknown {
	return args.map(metadataOf);
}

/**
 * Returns the arguments without the umwelt: the span already has the observer's id and archetype, and an umwelt may
 * hold anything.
 */
function withoutUmwelt({ args, point, observer }: LiveInvocation): unknown[] {
	const { template, observerIndex, options } = point as JoinPoint;
	// The `observer` option read the observer from one of the arguments: each that describes the same one is left out.
	if (options.observer !== undefined) return args.filter((arg) => !isObserverArgument(arg, observer));
	// A function without a path has no umwelt parameter, so that all of its arguments are written.
	if (template === undefined) return [...args];
	return args.filter((arg, index) => index !== observerIndex || !(typeof arg === 'object' || arg === undefined));
}

/** Returns true if an argument describes this observer: it has the same id and archetype. */
function isObserverArgument(arg: unknown, observer: Observer): boolean {
	if (typeof arg !== 'object' || arg === null || types.isProxy(arg)) return false;
	const read = readObserver(arg);
	return read !== undefined && read.id === observer.id && read.archetype === observer.archetype;
}
