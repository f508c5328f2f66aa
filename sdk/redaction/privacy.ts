import type { EffectiveConfig } from '../../config/schema/config.js';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { configureRedaction, createRedactor } from '../../lib/redaction/settings.js';
import { type CaptureSettings, configureCapture } from '../../lib/signals/capture/settings.js';

/** What a config allows to leave the process. */
interface Privacy {
	/** Redacts all telemetry; undefined if the config switches redaction off. */
	readonly redactor: Redactor | undefined;
	/** How much of arguments, results and errors is recorded. */
	readonly content: CaptureSettings;
}

/** Reads the privacy settings of a config, and creates the redactor that it describes. */
export function privacyOf({ redact, capture, errors }: EffectiveConfig): Privacy {
	const { arguments: args, result, ...limits } = capture;
	return { redactor: createRedactor(redact), content: { arguments: args, result, limits, errors } };
}

/**
 * Applies privacy settings to what the toolkit writes, for the whole process.
 *
 * @param redactedLater - whether every span is redacted when it ends, before a preset receives it; if so, the toolkit
 * redacts nothing when it writes an attribute
 * @returns a function that restores the previous settings
 */
export function startPrivacy({ redactor, content }: Privacy, redactedLater: boolean): () => void {
	const undo = [configureRedaction({ redactor, atWrite: !redactedLater }), configureCapture(content)];
	return () => {
		for (const step of undo) step();
	};
}
