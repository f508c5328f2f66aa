import types from 'node:util/types';
import type { Span } from '@opentelemetry/api';
import { type Observer, readObserver } from '../../agentese/observers/observer.js';
import type { InvocationView, Outcome } from '../../invocation/advice.js';
import { redactionSettings } from '../../redaction/settings.js';
import type { JoinPoint } from '../../weaving/join-points/join-point.js';
import { boundedJson } from './bounded-json.js';
import { metadataOf } from './metadata.js';
import { type Capture, captureSettings } from './settings.js';

/**
 * Writes `agentese.arguments` on a recording span, unless capture is off. Never throws.
 *
 * @param option - the `capture` option of the method; undefined: the setting of the configuration
 */
export function captureArguments(invocation: InvocationView, span: Span, option: Capture | undefined): void {
	const capture = option ?? captureSettings().capture;
	if (capture === 'off') return;
	span.setAttribute('agentese.arguments', capturedJson(withoutUmwelt(invocation), capture, metadataOfAll));
}

/**
 * Writes `agentese.return` on a recording span, unless capture is off or the method threw or was cancelled. Items and
 * return values of streams are never written. Never throws.
 *
 * @param option - the `capture` option of the method; undefined: the setting of the configuration
 */
export function captureReturn(outcome: Outcome, span: Span, option: Capture | undefined): void {
	const capture = option ?? captureSettings().capture;
	if (capture === 'off' || outcome.threw || outcome.kind === 'cancelled' || outcome.stream !== undefined) return;
	span.setAttribute('agentese.return', capturedJson(outcome.value, capture, metadataOf));
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
function withoutUmwelt({ args, point, observer }: InvocationView): unknown[] {
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
