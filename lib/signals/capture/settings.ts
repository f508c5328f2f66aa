import { scopedState } from '../../runtime/scoped-state.js';

/**
 * How much of arguments and results is written: `off` nothing, `metadata` types and sizes, `full` all within limits.
 */
export type Capture = 'off' | 'metadata' | 'full';

/**
 * How much is written of each side of a call: the object form of the option `capture`. If the function of `arguments`
 * throws, no arguments are written, and the error is logged once.
 *
 * @example
 * ```ts
 * import { type CaptureSides, Traced } from 'agentese-otel';
 *
 * const capture: CaptureSides<[user: string, password: string]> = { arguments: ([user]) => [user], result: 'metadata' };
 *
 * class Door {
 * 	@Traced({ capture })
 * 	open(user: string, _password: string) {
 * 		return `open for ${user}`;
 * 	}
 * }
 * new Door().open('ada', 'secret'); // => 'open for ada'
 * ```
 */
export interface CaptureSides<Args = never> {
	/**
	 * How much of the arguments is written; or a function that returns what is written in their place as
	 * `agentese.arguments`, in full and within the limits. Undefined writes nothing. @default by configuration
	 */
	readonly arguments?: Capture | { call(args: Args): unknown }['call'] | undefined;
	/** How much of the result is written. @default by configuration */
	readonly result?: Capture | undefined;
}

/** What is written of an error: `full` type, message and stack; `type` its type alone. */
export type ErrorContent = 'full' | 'type';

/** The legal values of `Capture`. */
export const CAPTURES = ['off', 'metadata', 'full'] as const satisfies readonly Capture[];
/** The legal values of `ErrorContent`. */
export const ERROR_CONTENTS = ['full', 'type'] as const satisfies readonly ErrorContent[];

/** The section `capture` of the config after the check: what is written of arguments and results, and how much of it. */
export interface CaptureConfig {
	/** What is written of the arguments. @default 'off' */
	readonly arguments: Capture;
	/** What is written of the result. @default 'off' */
	readonly result: Capture;
	/** The most bytes of JSON that one attribute holds. @default 8192 */
	readonly maxBytes: number;
	/** How many levels deep objects are nested at most. @default 8 */
	readonly maxDepth: number;
	/** The most values that one attribute holds, those within objects included. @default 1000 */
	readonly maxValues: number;
}

/** How much one attribute with captured content holds at most. */
export type CaptureLimits = Pick<CaptureConfig, 'maxBytes' | 'maxDepth' | 'maxValues'>;

/** The settings for all methods whose options do not set anything else. */
export interface CaptureSettings {
	/** What is written of the arguments. @default 'off' */
	readonly arguments: Capture;
	/** What is written of the result. @default 'off' */
	readonly result: Capture;
	/** How much of them is written. */
	readonly limits: CaptureLimits;
	/** What is written of errors. @default 'full' */
	readonly errors: ErrorContent;
}

/** The settings while nothing is configured. */
export const CAPTURE_DEFAULTS: CaptureSettings = {
	arguments: 'off',
	result: 'off',
	limits: { maxBytes: 8192, maxDepth: 8, maxValues: 1000 },
	errors: 'full',
};

/** Shared by all copies of the toolkit in the process. */
const settings = scopedState('capture/settings', () => ({ now: CAPTURE_DEFAULTS }));

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
