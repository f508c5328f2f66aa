import type { EffectiveConfig } from '../../config/schema/config.js';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { configureRedaction, redactorOf } from '../../lib/redaction/settings.js';
import { type CaptureSettings, configureCapture } from '../../lib/signals/capture/settings.js';

/** What a config says of what leaves the process. */
export interface Privacy {
	readonly redactor: Redactor | undefined;
	readonly content: CaptureSettings;
}

/** Reads it. */
export function privacyOf({ redact, capture, captureLimits, errors }: EffectiveConfig): Privacy {
	return { redactor: redactorOf(redact), content: { capture, limits: captureLimits, errors } };
}

/**
 * Makes it hold for what the toolkit writes.
 *
 * @param behind - true where presets of ours look at every span: the toolkit need not look as it writes
 * @returns puts the former settings back
 */
export function startPrivacy({ redactor, content }: Privacy, behind: boolean): () => void {
	const undo = [configureRedaction({ redactor, atWrite: !behind }), configureCapture(content)];
	return () => {
		for (const step of undo) step();
	};
}
