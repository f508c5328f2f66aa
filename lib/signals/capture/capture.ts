import types from 'node:util/types';
import type { Span } from '@opentelemetry/api';
import { type Observer, readObserver } from '../../agentese/observers/observer.js';
import type { InvocationView, Outcome } from '../../invocation/advice.js';
import { redactionSettings } from '../../redaction/settings.js';
import { boundedJson } from './bounded-json.js';
import { metadataOf } from './metadata.js';
import { type Capture, captureSettings } from './settings.js';

/** What is told of who asks and of the method; a join point has both. */
interface Point {
	readonly template: string | undefined;
	readonly observerAt: number;
	readonly facts: { readonly observer?: unknown };
}

/** Writes `agentese.arguments`, where that is asked for. For spans that record; never throws. */
export function captureArguments(invocation: InvocationView, span: Span, asked: Capture | undefined): void {
	const capture = asked ?? captureSettings().capture;
	if (capture === 'off') return;
	span.setAttribute('agentese.arguments', written(withoutUmwelt(invocation), capture, shapesOf));
}

/** Writes `agentese.return`, likewise. What a stream gave, item by item or at its end, is never kept. */
export function captureReturn(outcome: Outcome, span: Span, asked: Capture | undefined): void {
	const capture = asked ?? captureSettings().capture;
	if (capture === 'off' || outcome.threw || outcome.kind === 'cancelled' || outcome.stream !== undefined) return;
	span.setAttribute('agentese.return', written(outcome.value, capture, metadataOf));
}

function written<T>(value: T, capture: Capture, metadata: (value: T) => unknown): string {
	const { limits } = captureSettings();
	return boundedJson(capture === 'full' ? value : metadata(value), limits, redactionSettings().redactor);
}

function shapesOf(args: readonly unknown[]): unknown {
	return args.map(metadataOf);
}

/** The arguments less the umwelt: who asks is on the span already, by id and archetype, and an umwelt may hold anything. */
function withoutUmwelt({ args, point, observer }: InvocationView): unknown[] {
	const { template, observerAt, facts } = point as unknown as Point;
	// An option told who asks: whichever argument it was read from says the same.
	if (facts.observer !== undefined) return args.filter((arg) => !saysWho(arg, observer));
	if (template === undefined) return [...args];
	return args.filter((arg, index) => index !== observerAt || !(typeof arg === 'object' || arg === undefined));
}

function saysWho(arg: unknown, observer: Observer): boolean {
	if (typeof arg !== 'object' || arg === null || types.isProxy(arg)) return false;
	const said = readObserver(arg);
	return said !== undefined && said.id === observer.id && said.archetype === observer.archetype;
}
