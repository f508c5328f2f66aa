import { nearest } from '../../lib/agentese/errors/nearest.js';
import { maskAddresses, withoutSecrets } from '../../lib/diagnostics/mask.js';
import { OTEL_VARIABLES, variableText, WITHOUT_EFFECT } from './otel-table.js';

/** The most characters of a value that a notice repeats. */
const MAX_LENGTH = 80;

/**
 * Returns one sentence for each of OpenTelemetry's environment variables whose value is not legal, that has no effect,
 * or whose name is near to that of another one.
 */
export function otelNotices(): string[] {
	const names = Object.keys(process.env).filter((name) => name.startsWith('OTEL_') && variableText(name) !== undefined);
	return names.sort().flatMap((name) => noticeOf(name, variableText(name) ?? '') ?? []);
}

/** The notice for one variable; undefined if there is none. */
function noticeOf(name: string, text: string): string | undefined {
	const unsupported = WITHOUT_EFFECT[name];
	if (unsupported !== undefined) {
		if (unsupported.legal?.includes(text.toLowerCase()) === true) return undefined;
		return `${name} has no effect: ${unsupported.instead}.`;
	}
	const variable = OTEL_VARIABLES[name];
	if (variable === undefined) return misspelt(name);
	if (name === 'OTEL_TRACES_SAMPLER_ARG') {
		const sampler = variableText('OTEL_TRACES_SAMPLER');
		// A sampler that is not legal has a notice of its own.
		if (sampler !== undefined && OTEL_VARIABLES['OTEL_TRACES_SAMPLER']?.wrong(sampler).length !== 0) return undefined;
		if (sampler?.endsWith('traceidratio') !== true) {
			return `${name} has no effect without OTEL_TRACES_SAMPLER=traceidratio or parentbased_traceidratio.`;
		}
	}
	const wrong = variable.wrong(text);
	if (wrong.length === 0) return undefined;
	const got = maskAddresses(withoutSecrets(wrong.join(', ')));
	const shown = got.length > MAX_LENGTH ? `${got.slice(0, MAX_LENGTH)}…` : got;
	return `${name} got '${shown}', which is ignored; legal: ${variable.legal}. Default: ${variable.fallback}.`;
}

/** A notice for an unknown variable that differs from a known one by a typing error. */
function misspelt(name: string): string | undefined {
	const [near] = nearest(name, Object.keys(OTEL_VARIABLES), 1);
	// Instrumentations and other languages have variables too: those of a similar length and prefix alone are mistakes.
	if (near === undefined || Math.abs(near.length - name.length) > 2) return undefined;
	return `${name} is not a variable of OpenTelemetry that has an effect. Did you mean ${near}?`;
}
