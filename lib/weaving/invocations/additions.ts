import { isSpanContextValid, type Link, type SpanContext } from '@opentelemetry/api';
import { count } from '../../instruments/application-counters.js';
import type { Additions, AnnotatedAdvice, Annotation, LiveInvocation } from '../../invocation/advice.js';
import { checkedAttributes } from '../../invocation/attributes.js';
import { outcomeOf } from '../../invocation/outcome.js';
import { beginPropagation } from '../../invocation/propagated-attributes.js';
import { warnOnce } from '../../runtime/log-once.js';
import type { InvocationState } from './invocation-state.js';

/** The most annotations that wait for the advices to enter; further ones are dropped. */
const MAX_PENDING = 64;

/** Implements `Invocation.set`. Never throws. */
export function setAttributes(invocation: InvocationState, attributes: unknown): void {
	guarded('set', () => {
		annotate(invocation, { attributes: checkedAttributes('set', attributes, additionsOf(invocation).keys) });
	});
}

/** Implements `Invocation.propagate`. Never throws. */
export function propagateAttributes(invocation: InvocationState, attributes: unknown): void {
	guarded('propagate', () => {
		const additions = additionsOf(invocation);
		const accepted = checkedAttributes('propagate', attributes, additions.keys);
		beginPropagation();
		additions.propagated = { ...additions.propagated, ...accepted };
		annotate(invocation, { attributes: accepted });
	});
}

/** Implements `Invocation.rename`. Never throws. */
export function rename(invocation: InvocationState, name: unknown): void {
	if (typeof name === 'string' && name !== '') {
		guarded('rename', () => annotate(invocation, { name }));
		return;
	}
	warnOnce(
		'invocation.rename',
		`rename() accepts a text that is not empty; it got ${name === '' ? 'an empty one' : typeof name}, and the name stays.`,
	);
}

/** Implements `Invocation.link`. Never throws. */
export function addLink(invocation: InvocationState, to: Link | SpanContext | undefined): void {
	if (to === undefined) return;
	guarded('link', () => {
		const target = typeof to === 'object' && to !== null ? ('context' in to ? to.context : to) : undefined;
		if (target !== undefined && isSpanContextValid(target)) annotate(invocation, { link: to });
		else {
			warnOnce(
				'invocation.link',
				'link() accepts a Link or a SpanContext with a valid trace id and span id; it got another value, which is ignored. Write link(span.spanContext()).',
			);
		}
	});
}

/** Implements `Invocation.fail`: writes the event now, and keeps the error for the outcome. Never throws. */
export function recordError(invocation: InvocationState, error: unknown): void {
	if (invocation.ended) return;
	additionsOf(invocation).caught = { error };
	const { kind, errorType = '_OTHER' } = outcomeOf({ threw: true, error }, 0, invocation);
	if (kind === 'error') guarded('fail', () => annotate(invocation, { error, errorType }));
}

/** Implements `Invocation.count`. Never throws. */
export function countOf(invocation: InvocationState, name: unknown, by: unknown): void {
	guarded('count', () => count(invocation.point, name, by));
}

/** Writes what was added before the advices had entered. Never throws. */
export function writePending(invocation: InvocationState, additions: Additions): void {
	const { pending = [] } = additions;
	additions.pending = undefined;
	for (const annotation of pending) guarded('set', () => write(invocation, annotation));
}

/** Keeps the attributes that an ended invocation propagates, for an inner one that loses its reference to it. */
export function inheritPropagated(invocation: InvocationState, { additions }: LiveInvocation): void {
	if (additions?.propagated === undefined) return;
	const own = additionsOf(invocation);
	own.propagated = { ...additions.propagated, ...own.propagated };
}

/** Returns what was added to an invocation, and creates it at the first addition. */
function additionsOf(invocation: InvocationState): Additions {
	invocation.additions ??= { keys: new Set(), pending: undefined, propagated: undefined, caught: undefined };
	return invocation.additions;
}

/** Writes an annotation at once, or once the advices have entered: before that there is no span. */
function annotate(invocation: InvocationState, annotation: Annotation): void {
	if (invocation.entered) {
		write(invocation, annotation);
		return;
	}
	const additions = additionsOf(invocation);
	additions.pending ??= [];
	if (additions.pending.length < MAX_PENDING) additions.pending.push(annotation);
}

/** Passes an annotation to the advices that write to a span. */
function write(invocation: InvocationState, annotation: Annotation): void {
	const advices: readonly AnnotatedAdvice[] = invocation.point.advices;
	for (const [index, advice] of advices.entries()) {
		advice.annotateSpan?.(annotation, index === 0 ? invocation.firstState : invocation.otherStates?.[index]);
	}
}

/** Runs an addition; what it throws (a getter of the caller's object) is logged once. */
function guarded(method: string, run: () => void): void {
	try {
		run();
	} catch (error) {
		warnOnce(
			`invocation.${method}.failed`,
			`${method}() of an invocation could not read or write its argument.`,
			error,
		);
	}
}
