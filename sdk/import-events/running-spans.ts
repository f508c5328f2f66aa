import { scopedState } from '../../lib/runtime/scoped-state.js';
import type { Resource, SpanProcessor } from '../../presets/contract/sdk-parts.js';

/** Where the running telemetry sends its spans. */
export interface RunningSpans {
	/** The processors of the presets. */
	readonly processors: readonly SpanProcessor[];
	/** The resource of the spans. */
	readonly resource: Resource | undefined;
}

/** One per process, since the application may load the toolkit as ESM and as CommonJS. */
const state = scopedState('sdk/running-spans', () => ({ current: undefined as RunningSpans | undefined }));

/** Sets where imported spans are sent. Returns a function that takes this back. */
export function setRunningSpans(spans: RunningSpans): () => void {
	state.current = spans;
	return () => {
		if (state.current === spans) state.current = undefined;
	};
}

/** Returns where imported spans are sent; undefined while no telemetry of the toolkit runs. */
export function runningSpans(): RunningSpans | undefined {
	return state.current;
}
