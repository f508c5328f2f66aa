/** The names of the built-in presets. The schema of the config, its fast check and the catalog share this list. */
export const PRESETS = ['json', 'otlp', 'jaeger', 'prometheus', 'console', 'none'] as const;

/** The values that are legal under `preset`, as messages and the documentation state them. */
export const LEGAL_PRESET =
	'json, otlp, jaeger, prometheus, console or none, or a module of your own, ' +
	'or a list of these (none cannot be combined)';
