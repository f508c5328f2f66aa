import { DiagLogLevel, diag } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { type IMetricReader, MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { EndOfProcess, PresetEnvironment, PresetParts } from '../../extend.js';
import { deliver } from '../../sdk/assemble/custom-backend.js';

/** A preset's environment in a test, and functions that simulate the end of the process. */
export function environment(
	signals: PresetEnvironment['signals'] = ['traces', 'metrics', 'logs'],
): PresetEnvironment & { end(how: EndOfProcess): void } {
	const writers = new Set<(end: EndOfProcess) => void>();
	const around = {
		directory: process.cwd(),
		signals,
		whenProcessEnds: (write: (end: EndOfProcess) => void) => {
			writers.add(write);
			return () => writers.delete(write);
		},
	};
	return {
		...around,
		deliver: (to) => deliver('own', to, around),
		end: (how) => {
			for (const write of writers) write(how);
		},
	};
}

/** The SDK's providers with the parts of presets. None of them is registered. */
export function providers(...parts: PresetParts[]) {
	const resource = defaultResource();
	const tracers = new TracerProvider({
		resource,
		spanProcessors: parts.flatMap(({ spanProcessors = [] }) => spanProcessors),
	});
	const meters = new MeterProvider({
		resource,
		readers: parts.flatMap(({ metricReaders = [] }) => metricReaders) as IMetricReader[],
	});
	const loggers = new LoggerProvider({
		resource,
		processors: parts.flatMap(({ logRecordProcessors = [] }) => logRecordProcessors),
	});
	const all = [tracers, meters, loggers];
	return {
		tracer: tracers.getTracer('test', '1.2.3'),
		meter: meters.getMeter('test', '1.2.3'),
		logger: loggers.getLogger('test'),
		flush: async () => void (await Promise.all(all.map((provider) => provider.forceFlush()))),
		shutdown: async () => void (await Promise.all(all.map((provider) => provider.shutdown()))),
	};
}

/** Records what the toolkit logs from now on through OpenTelemetry's diag logger. */
export function captureLogs(): string[] {
	const lines: string[] = [];
	const say = (...words: unknown[]) => void lines.push(words.map(String).join(' '));
	const quiet = () => undefined;
	diag.setLogger(
		{ error: say, warn: say, info: quiet, debug: quiet, verbose: quiet },
		{ logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
	);
	return lines;
}
