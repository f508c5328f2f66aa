import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { processState } from '../../lib/runtime/process-state.js';

/** Where the spans of the telemetry that runs go, and who speaks. */
export interface RunningSpans {
	readonly processors: readonly SpanProcessor[];
	readonly resource: Resource | undefined;
}

const state = processState('sdk/running-spans', () => ({ now: undefined as RunningSpans | undefined }));

/** Says where spans go from now on; answers what takes that back. */
export function setRunningSpans(spans: RunningSpans): () => void {
	state.now = spans;
	return () => {
		if (state.now === spans) state.now = undefined;
	};
}

/** Where spans go; undefined while no telemetry of ours runs. */
export function runningSpans(): RunningSpans | undefined {
	return state.now;
}
