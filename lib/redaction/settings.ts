import { warnOnce } from '../runtime/log-once.js';
import { scopedState } from '../runtime/scoped-state.js';
import { REDACTED } from './detectors/marker.js';
import { Redactor } from './redactor.js';
import type { RedactRules } from './rules.js';

/** How secrets are redacted, for the whole process. */
interface RedactionSettings {
	/** Replaces the secrets; undefined if redaction is off. @default a redactor with the built-in detectors only */
	readonly redactor: Redactor | undefined;
	/**
	 * Whether the toolkit redacts each text and attribute when it writes it. False if the presets redact every span
	 * when it ends, so that no value is inspected twice. Must be true under an SDK that the application set up, because
	 * nothing redacts later there. @default true
	 */
	readonly atWrite: boolean;
}

const settings = scopedState('redaction/settings', () => ({ current: undefined as RedactionSettings | undefined }));

/** Returns the settings that are in force now; creates the default ones at the first call. */
export function redactionSettings(): RedactionSettings {
	settings.current ??= { redactor: new Redactor(), atWrite: true };
	return settings.current;
}

/**
 * Creates the redactor that the option `redact` describes.
 *
 * @param rules - false: no redaction; true: the built-in detectors only; an object: these and the custom rules
 * @returns undefined for false
 */
export function createRedactor(rules: boolean | RedactRules): Redactor | undefined {
	if (rules === false) return undefined;
	return new Redactor(rules === true ? {} : rules);
}

/** Changes the settings for the whole process. Returns a function that restores the previous ones. */
export function configureRedaction(changed: RedactionSettings): () => void {
	const previous = settings.current;
	settings.current = changed;
	return () => {
		settings.current = previous;
	};
}

/**
 * Redacts a text that the toolkit writes itself, if `atWrite` is set. Never throws: if the redactor throws, the whole
 * text is replaced.
 *
 * @param key - what a custom function receives as the key: an attribute's key, or `name`, `status.message`
 */
export function redactTextAtWrite(key: string, text: string): string {
	const { redactor, atWrite } = redactionSettings();
	if (!atWrite || redactor === undefined) return text;
	try {
		return redactor.namedText(key, text);
	} catch (error) {
		warnRedactionFailed(error);
		return REDACTED;
	}
}

/** Redacts the key of an attribute if the application chose that key and `atWrite` is set. Never throws. */
export function redactKeyAtWrite(key: string): string {
	const { redactor, atWrite } = redactionSettings();
	return atWrite && redactor !== undefined ? redactor.key(key) : key;
}

/**
 * Redacts the value of an attribute that the toolkit writes itself, if `atWrite` is set. Never throws: if the redactor
 * throws, the whole value is replaced.
 */
export function redactValueAtWrite<T>(key: string, value: T): T | typeof REDACTED {
	return redactionSettings().atWrite ? redactValue(key, value) : value;
}

/**
 * Redacts a value that leaves the process by another way than a span, such as baggage, whatever `atWrite` is: no
 * preset redacts it later. Never throws: if the redactor throws, the whole value is replaced.
 */
export function redactValue<T>(key: string, value: T): T | typeof REDACTED {
	const { redactor } = redactionSettings();
	if (redactor === undefined) return value;
	try {
		return redactor.value(key, value) as T;
	} catch (error) {
		warnRedactionFailed(error);
		return REDACTED;
	}
}

/** Logs once per process that a redactor threw, which only a custom function `redact.replace` is known to do. */
export function warnRedactionFailed(error: unknown): void {
	warnOnce(
		'redact',
		'redaction threw an error and replaced every text and value that it received by [redacted].',
		error,
	);
}
