/** The words of the presets that ship. */
export const PRESETS = ['json', 'otlp', 'jaeger', 'prometheus', 'console', 'none'] as const;

/** What is legal under `preset`, for messages. */
export const LEGAL_PRESET =
	'json, otlp, jaeger, prometheus, console or none, or a module of your own, or a list of them in which none stands alone';
