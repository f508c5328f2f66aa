import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { configureTracing } from '../lib/tracing/settings.js';
import type { EffectiveConfig } from './config.js';
import { privacyOf, startPrivacy } from './redacting/rules.js';
import { startRules } from './rules.js';
import { tracingOf } from './tracing.js';

const nothing = async () => undefined;

/**
 * Makes what the config says of our own spans hold, for an SDK that a person starts: until its span processors are shut
 * down, which is all that an SDK tells a configuration of its end. Where there are none, until the process ends.
 */
export function holdUntilShutdown(
	config: EffectiveConfig,
	configuration: Partial<NodeSDKConfiguration>,
): Partial<NodeSDKConfiguration> {
	const undo = [
		startRules(config.rules).stop,
		configureTracing(tracingOf(config)),
		// Other processors may stand beside ours, so the toolkit hides secrets as it writes, too.
		startPrivacy(privacyOf(config), false),
	];
	const { spanProcessors = [] } = configuration;
	if (spanProcessors.length === 0) return configuration;
	const shutdown = async () => {
		for (const step of undo.splice(0)) step();
	};
	const end = { onStart: () => undefined, onEnd: () => undefined, forceFlush: nothing, shutdown };
	return { ...configuration, spanProcessors: [...spanProcessors, end] };
}
