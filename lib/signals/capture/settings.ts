import { processState } from '../../runtime/process-state.js';

/** How much of arguments and results is written: nothing; types and sizes; all, within limits. */
export type Capture = 'off' | 'metadata' | 'full';

/** What is written of an error: its message and its stack too, or its type alone. */
export type ErrorContent = 'full' | 'type';

/** The words of `Capture` and of `ErrorContent`. */
export const CAPTURES = ['off', 'metadata', 'full'] as const satisfies readonly Capture[];
export const ERROR_CONTENTS = ['full', 'type'] as const satisfies readonly ErrorContent[];

/** The most that one attribute of captured content holds. */
export interface CaptureLimits {
	/** Bytes of JSON. @default 8192 */
	readonly bytes: number;
	/** Objects within objects. @default 8 */
	readonly depth: number;
	/** Values, those within objects included. @default 1000 */
	readonly nodes: number;
}

/** What holds for every method that says nothing else. */
export interface CaptureSettings {
	readonly capture: Capture;
	readonly limits: CaptureLimits;
	readonly errors: ErrorContent;
}

export const CAPTURE_DEFAULTS: CaptureSettings = {
	capture: 'off',
	limits: { bytes: 8192, depth: 8, nodes: 1000 },
	errors: 'full',
};

const settings = processState('capture/settings', () => ({ now: CAPTURE_DEFAULTS }));

/** The settings of this moment. */
export function captureSettings(): CaptureSettings {
	return settings.now;
}

/** Changes the settings; answers what puts the former ones back. */
export function configureCapture(changed: CaptureSettings): () => void {
	const former = settings.now;
	settings.now = changed;
	return () => {
		settings.now = former;
	};
}
