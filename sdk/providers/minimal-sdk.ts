import { context, DiagConsoleLogger, diag, logs, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { diagLogLevelFromString, getBooleanFromEnv, getStringFromEnv } from '@opentelemetry/core';
import type { Instrumentation } from '../instrumentation/load.js';
import type { Around, Sdk, StartConfiguration, Started } from './configuration.js';
import { startMeters } from './meter-provider.js';
import { propagator } from './propagator.js';
import { startTracers } from './tracer-provider.js';

/**
 * Makes the SDK as the NodeSDK would of the same configuration and the same variables:
 * `__tests__/sdk/providers/same-as-node-sdk.test.ts` compares the two. It differs in this: for logs that nobody carries the NodeSDK
 * registers a provider that does nothing, and this one registers none and does not load their package.
 */
export async function minimalSdk(configuration: StartConfiguration, instrumentations: Instrumentation[]): Promise<Sdk> {
	const { autoDetectResources, metricReaders, spanProcessors, logRecordProcessors } = configuration;
	const [loggers, resources] = await Promise.all([
		logRecordProcessors.length > 0 ? import('./logger-provider.js') : undefined,
		autoDetectResources ? import('./resource-detectors.js') : undefined,
	]);
	const disabled = getBooleanFromEnv('OTEL_SDK_DISABLED');
	sayWhatWasAskedFor();
	let started: Started[] = [];

	function start(): void {
		if (disabled) return;
		for (const instrumentation of instrumentations) {
			instrumentation.setTracerProvider(trace.getTracerProvider());
			instrumentation.setMeterProvider(metrics.getMeterProvider());
			instrumentation.setLoggerProvider?.(logs.getLoggerProvider());
			if (!instrumentation.getConfig().enabled) instrumentation.enable();
		}
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		const carrier = propagator();
		if (carrier !== undefined) propagation.setGlobalPropagator(carrier);
		let { resource } = configuration;
		if (resources !== undefined) resource = resource.merge(resources.detectResource());
		const countsItself = getBooleanFromEnv('OTEL_NODE_EXPERIMENTAL_SDK_METRICS');
		const metering = metricReaders.length > 0 ? startMeters(configuration, { resource }, countsItself) : undefined;
		if (metering !== undefined) {
			// There is no proxy for metrics: an instrument made before stays one that does nothing.
			for (const instrumentation of instrumentations) instrumentation.setMeterProvider(metrics.getMeterProvider());
		}
		const around: Around = { resource, ...(countsItself && metering && { meterProvider: metering }) };
		const tracing = spanProcessors.length > 0 ? startTracers(configuration, around) : undefined;
		const logging = loggers?.startLoggers(configuration, around);
		started = [tracing, logging, metering].filter((provider) => provider !== undefined);
	}

	async function shutdown(): Promise<void> {
		await Promise.all(started.map((provider) => provider.shutdown()));
	}

	return { start, shutdown };
}

/** `OTEL_LOG_LEVEL` asks for OpenTelemetry's own console logger. */
function sayWhatWasAskedFor(): void {
	const level = diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL'));
	if (level !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel: level });
}
