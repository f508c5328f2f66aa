import { processState } from '../../runtime/process-state.js';

/**
 * How much of arguments and results is written: `off` nothing, `metadata` types and sizes, `full` all within limits.
 */
export type Capture = 'off' | 'metadata' | 'full';

/** What is written of an error: `full` type, message and stack; `type` its type alone. */
export type ErrorContent = 'full' | 'type';

/** The legal values of `Capture`. */
export const CAPTURES = ['off', 'metadata', 'full'] as const satisfies readonly Capture[];
/** The legal values of `ErrorContent`. */
export const ERROR_CONTENTS = ['full', 'type'] as const satisfies readonly ErrorContent[];

/** How much one attribute with captured content holds at most. */
export interface CaptureLimits {
	/** The most bytes of JSON. @default 8192 */
	readonly bytes: number;
	/** How deep objects are nested at most. @default 8 */
	readonly depth: number;
	/** The most values, those within objects included. @default 1000 */
	readonly nodes: number;
}

/** The settings for all methods whose options do not set anything else. */
export interface CaptureSettings {
	/** What is written of arguments and results. @default 'off' */
	readonly capture: Capture;
	/** How much of them is written. */
	readonly limits: CaptureLimits;
	/** What is written of errors. @default 'full' */
	readonly errors: ErrorContent;
}

/** The settings while nothing is configured. */
export const CAPTURE_DEFAULTS: CaptureSettings = {
	capture: 'off',
	limits: { bytes: 8192, depth: 8, nodes: 1000 },
	errors: 'full',
};

/** Shared by all copies of the toolkit in the process. */
const settings = processState('capture/settings', () => ({ now: CAPTURE_DEFAULTS }));

/** Returns the current settings of the process. */
export function captureSettings(): CaptureSettings {
	return settings.now;
}

/**
 * Changes the settings of the process.
 *
 * @returns a function that restores the former settings
 */
export function configureCapture(changed: CaptureSettings): () => void {
	const former = settings.now;
	settings.now = changed;
	return () => {
		settings.now = former;
	};
}
