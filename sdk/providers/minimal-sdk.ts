import { context, DiagConsoleLogger, diag, logs, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { diagLogLevelFromString } from '@opentelemetry/core';
import { hasOtelLogLevel } from '../../lib/diagnostics/diag-logger.js';
import { isTrueVariable } from '../../lib/runtime/environment.js';
import type { Instrumentation } from '../instrumentation/load.js';
import type { ProviderOptions, Sdk, StartConfiguration, StartedProvider } from './configuration.js';
import { startMeters } from './meter-provider.js';
import { propagator } from './propagator.js';
import { startTracers } from './tracer-provider.js';

/**
 * Creates an SDK that behaves as the NodeSDK does with the same configuration and the same environment variables;
 * `__tests__/sdk/providers/same-as-node-sdk.test.ts` compares the two. There are two differences: if no preset
 * exports logs, the NodeSDK registers a provider that does nothing, and this SDK registers none and does not load their
 * package; and a variable with a value that is not legal counts as not set, while the NodeSDK takes a limit of -1.
 */
export async function minimalSdk(configuration: StartConfiguration, instrumentations: Instrumentation[]): Promise<Sdk> {
	const { autoDetectResources, metricReaders, spanProcessors, logRecordProcessors } = configuration;
	const [loggers, detectors] = await Promise.all([
		logRecordProcessors.length > 0 ? import('./logger-provider.js') : undefined,
		autoDetectResources ? import('./resource-detectors.js') : undefined,
	]);
	// Packages are loaded before `start`, which registers everything synchronously.
	const disabled = isTrueVariable('OTEL_SDK_DISABLED');
	installConsoleLogger();
	let started: StartedProvider[] = [];

	function start(): void {
		if (disabled) return;
		// Instrumentations get the API's proxies, which pass on to the providers that are registered below.
		for (const instrumentation of instrumentations) {
			instrumentation.setTracerProvider(trace.getTracerProvider());
			instrumentation.setMeterProvider(metrics.getMeterProvider());
			instrumentation.setLoggerProvider?.(logs.getLoggerProvider());
			if (!instrumentation.getConfig().enabled) instrumentation.enable();
		}
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		const globalPropagator = propagator();
		if (globalPropagator !== undefined) propagation.setGlobalPropagator(globalPropagator);
		let { resource } = configuration;
		if (detectors !== undefined) resource = resource.merge(detectors.detectResource());
		const measuresItself = isTrueVariable('OTEL_NODE_EXPERIMENTAL_SDK_METRICS');
		const meters = metricReaders.length > 0 ? startMeters(configuration, { resource }, measuresItself) : undefined;
		if (meters !== undefined) {
			// The API has no proxy for meters: instruments of an earlier meter provider would stay without effect.
			for (const instrumentation of instrumentations) instrumentation.setMeterProvider(metrics.getMeterProvider());
		}
		const options: ProviderOptions = { resource, ...(measuresItself && meters && { meterProvider: meters }) };
		const tracers = spanProcessors.length > 0 ? startTracers(configuration, options) : undefined;
		const logging = loggers?.startLoggers(configuration, options);
		started = [tracers, logging, meters].filter((provider) => provider !== undefined);
	}

	async function shutdown(): Promise<void> {
		await Promise.all(started.map((provider) => provider.shutdown()));
	}

	return { start, shutdown };
}

/**
 * If `OTEL_LOG_LEVEL` is set, the NodeSDK installs OpenTelemetry's console logger with that level. It does so for a level
 * that is not legal too, with the level info; here such a value counts as not set.
 */
function installConsoleLogger(): void {
	if (!hasOtelLogLevel()) return;
	const level = diagLogLevelFromString(process.env['OTEL_LOG_LEVEL']?.trim());
	if (level !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel: level });
}
