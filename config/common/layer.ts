/** OpenTelemetry's signals. */
export const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** One of OpenTelemetry's signals. */
export type Signal = (typeof SIGNALS)[number];

/** For each signal, the names of the presets that export it. */
export type Routes = Record<'traces' | 'metrics' | 'logs', readonly string[]>;

/** One layer of a config before it is checked: the value that one source sets, and that source. */
export interface ConfigLayerSource {
	/** The absolute path of a file, the name of an environment variable, or `argument`. */
	readonly source: string;
	/** What the source sets, unchecked. */
	readonly value: unknown;
	/** The absolute directory that relative paths in the value are resolved from. */
	readonly directory: string;
	/** The presets of single signals, if the source sets these for one signal only. */
	readonly signals?: Partial<Routes>;
	/** The text of the source, if its format has lines. */
	readonly text?: string;
	/** The keys that lead to the config in that text: `['agentese']` in a package.json. */
	readonly parentKeys?: readonly string[];
}

/** Whether a value is an object and no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the text of a key's path, such as `otlp.headers` or `rules[0].match`. */
export function pathText(path: readonly PropertyKey[]): string {
	return path.reduce<string>((text, step) => {
		if (typeof step === 'number') return `${text}[${step}]`;
		return text === '' ? String(step) : `${text}.${String(step)}`;
	}, '');
}
