import type { TracingSettings } from '../lib/tracing/settings.js';
import type { EffectiveConfig } from './config.js';

/** What a config says of how spans are made. */
export function tracingOf({ spanName, conventions, observer: { baggage } }: EffectiveConfig): Partial<TracingSettings> {
	return { spanName, conventions, baggage };
}
