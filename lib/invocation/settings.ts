import type { ObserverKey } from '../agentese/observers/observer-attributes.js';
import { newEpoch } from '../runtime/epoch.js';
import { processState } from '../runtime/process-state.js';

/** How spans are made, for the whole process. */
export interface TracingSettings {
	/** `invoke`: all spans are named `agentese.invoke`. `path`: they are named by their path's template. @default 'invoke' */
	readonly spanName: 'invoke' | 'path';
	/**
	 * Whether attributes are given at the start of a span, where a sampler can read them. On SDK 3 that costs more than
	 * the whole rest of the span, so presets whose sampler reads none switch it off. @default true
	 */
	readonly attributesAtStart: boolean;
	/** The conventions of others that spans and metrics follow beside our own. @default none */
	readonly conventions: readonly Convention[];
	/** The facts of who asks that go into outgoing baggage. @default none */
	readonly baggage: readonly ObserverKey[];
}

/** Conventions of others that are known: `genai`, OpenTelemetry's for generative AI. */
export const CONVENTIONS = ['genai'] as const;
export type Convention = (typeof CONVENTIONS)[number];

const DEFAULTS: TracingSettings = { spanName: 'invoke', attributesAtStart: true, conventions: [], baggage: [] };
const settings = processState('invocation/settings', () => ({ now: DEFAULTS }));

/** The settings of this moment. */
export function tracingSettings(): TracingSettings {
	return settings.now;
}

/** Changes some settings; those left out get their default. Answers what puts the former ones back. */
export function configureTracing(changes: Partial<TracingSettings>): () => void {
	const former = settings.now;
	settings.now = { ...DEFAULTS, ...changes };
	newEpoch();
	return () => {
		settings.now = former;
		newEpoch();
	};
}
