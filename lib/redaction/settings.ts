import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { REDACTED } from './marker.js';
import { Redactor } from './redactor.js';
import type { RedactRules } from './rules.js';

/** How secrets are hidden, for the whole process. */
export interface RedactionSettings {
	/** What hides them; undefined: nothing does. @default the detectors that are always there */
	readonly redactor: Redactor | undefined;
	/**
	 * Whether the toolkit hides them as it writes. Where presets look at whole spans when they end, nobody need look
	 * twice; under somebody else's SDK this is the only look there is. @default true
	 */
	readonly atWrite: boolean;
}

const settings = processState('redaction/settings', () => ({ now: undefined as RedactionSettings | undefined }));

/** The settings of this moment. */
export function redactionSettings(): RedactionSettings {
	settings.now ??= { redactor: new Redactor(), atWrite: true };
	return settings.now;
}

/** What the rules make: false is none at all, true the detectors alone. */
export function redactorOf(rules: boolean | RedactRules): Redactor | undefined {
	if (rules === false) return undefined;
	return new Redactor(rules === true ? {} : rules);
}

/** Changes the settings; answers what puts the former ones back. */
export function configureRedaction(changed: RedactionSettings): () => void {
	const former = settings.now;
	settings.now = changed;
	return () => {
		settings.now = former;
	};
}

/** A text that the toolkit writes itself, without the secrets in it. Never throws. */
export function writtenText(key: string, text: string): string {
	const { redactor, atWrite } = redactionSettings();
	if (!atWrite || redactor === undefined) return text;
	try {
		return redactor.named(key, text);
	} catch (error) {
		warnHidden(error);
		return REDACTED;
	}
}

/** The name of an attribute that the toolkit writes itself, where an application made it up. Never throws. */
export function writtenKey(key: string): string {
	const { redactor, atWrite } = redactionSettings();
	return atWrite && redactor !== undefined ? redactor.key(key) : key;
}

/** An attribute's value that the toolkit writes itself, likewise. Never throws. */
export function writtenValue<T>(key: string, value: T): T | typeof REDACTED {
	return redactionSettings().atWrite ? sentValue(key, value) : value;
}

/** A value that leaves the process in another way than on a span, where no preset looks at it. Never throws. */
export function sentValue<T>(key: string, value: T): T | typeof REDACTED {
	const { redactor } = redactionSettings();
	if (redactor === undefined) return value;
	try {
		return redactor.value(key, value) as T;
	} catch (error) {
		warnHidden(error);
		return REDACTED;
	}
}

/** Says that a redactor of one's own threw, so that all of what it was asked about is hidden. */
export function warnHidden(error: unknown): void {
	warnOnce('redact', 'what hides secrets threw, so that everything it was asked about is hidden.', error);
}
