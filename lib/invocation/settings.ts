import type { ObserverKey } from '../agentese/observers/observer-attributes.js';
import { beginEpoch } from '../runtime/epoch.js';
import { scopedState } from '../runtime/scoped-state.js';

/** How spans are written and what goes into baggage, for the whole process. */
export interface TracingSettings {
	/**
	 * `invoke`: all spans are named `agentese.invoke`. `path`: spans are named by their path's template. @default
	 * 'invoke'
	 */
	readonly spanName: 'invoke' | 'path';
	/**
	 * Whether attributes are set at the start of a span, so that a sampler can read them. On SDK 3 that costs more than
	 * the rest of the span together, so presets whose sampler reads none set it to false. @default true
	 */
	readonly attributesAtStart: boolean;
	/**
	 * Whether `@Traced` also counts and measures where there is a path: the config's `metered`. The decorator's option
	 * `metered` has precedence. @default true
	 */
	readonly metered: boolean;
	/** The conventions of other projects that spans and metrics follow in addition. @default none */
	readonly conventions: readonly Convention[];
	/** The attributes of the observer that are written into outgoing baggage. @default none */
	readonly baggage: readonly ObserverKey[];
}

/** The supported conventions: `genai` is OpenTelemetry's for generative AI. */
export const CONVENTIONS = ['genai'] as const;
/** The name of a supported convention. */
type Convention = (typeof CONVENTIONS)[number];

const DEFAULTS: TracingSettings = {
	spanName: 'invoke',
	attributesAtStart: true,
	metered: true,
	conventions: [],
	baggage: [],
};
const settings = scopedState('invocation/settings', () => ({ current: DEFAULTS }));

/** Returns the current settings. */
export function tracingSettings(): TracingSettings {
	return settings.current;
}

/**
 * Replaces the settings; those left out get their defaults. The change takes effect at the next call of each method.
 *
 * @returns a function that restores the settings from before
 */
export function configureTracing(changes: Partial<TracingSettings>): () => void {
	const former = settings.current;
	settings.current = { ...DEFAULTS, ...changes };
	beginEpoch();
	return () => {
		settings.current = former;
		beginEpoch();
	};
}
