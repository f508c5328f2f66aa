/** What telemetry is made of. */
export const SIGNALS = ['traces', 'metrics', 'logs'] as const;

export type Signal = (typeof SIGNALS)[number];

/** The presets that carry each signal. */
export type Routes = Record<Signal, readonly string[]>;

/** A part of a config, and who said it. */
export interface ConfigLayerSource {
	/** A file, a variable, or `argument`. */
	readonly source: string;
	readonly value: unknown;
	/** The directory that its relative paths are meant from. */
	readonly directory: string;
	/** Where a source says of one signal alone who carries it. */
	readonly signals?: Partial<Routes>;
	/** The text, where it is of a format that has lines. */
	readonly text?: string;
	/** The keys above the config in that text: package.json holds it under `agentese`. */
	readonly above?: readonly string[];
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `otlp.headers`, `rules[0].match`. */
export function pathText(path: readonly PropertyKey[]): string {
	return path.reduce<string>((text, step) => {
		if (typeof step === 'number') return `${text}[${step}]`;
		return text === '' ? String(step) : `${text}.${String(step)}`;
	}, '');
}
