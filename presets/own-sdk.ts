import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { configureTracing } from '../lib/tracing/settings.js';
import type { EffectiveConfig } from './config.js';
import { startRules } from './rules.js';

const nothing = async () => undefined;

/**
 * Makes what the config says of our own spans hold, for an SDK that a person starts: until its span processors are shut
 * down, which is all that an SDK tells a configuration of its end. Where there are none, until the process ends.
 */
export function holdUntilShutdown(
	{ rules, spanName }: EffectiveConfig,
	configuration: Partial<NodeSDKConfiguration>,
): Partial<NodeSDKConfiguration> {
	const undo = [startRules(rules).stop, configureTracing({ spanName })];
	const { spanProcessors = [] } = configuration;
	if (spanProcessors.length === 0) return configuration;
	const shutdown = async () => {
		for (const step of undo.splice(0)) step();
	};
	const end = { onStart: () => undefined, onEnd: () => undefined, forceFlush: nothing, shutdown };
	return { ...configuration, spanProcessors: [...spanProcessors, end] };
}
