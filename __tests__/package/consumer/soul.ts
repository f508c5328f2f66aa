import { metrics, trace } from '@opentelemetry/api';
import {
	AggregationTemporality,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Aspect, createLogos, Resolver, Traced } from 'agentese-otel';
import { defineConfig } from 'agentese-otel/presets';

type Verdict = { ruling: 'REJECT' | 'ACCEPT' };
type Observer = { id: string; archetype: string };

@Resolver('self.soul')
export class Soul {
	@Aspect
	@Traced({ result: (verdict) => verdict.ruling })
	async challenge(_umwelt: Observer, idea: string): Promise<Verdict> {
		return { ruling: idea === '' ? 'ACCEPT' : 'REJECT' };
	}
}

/** Invokes a resolver once, and returns its result, its span and its count in one line. */
export async function report(): Promise<string> {
	const spans = new InMemorySpanExporter();
	const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
	const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 60_000 });
	const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
	const meters = new MeterProvider({ readers: [reader] });
	trace.setGlobalTracerProvider(tracers);
	metrics.setGlobalMeterProvider(meters);

	const config = defineConfig({ preset: ['none'] });
	const verdict = await createLogos([new Soul()]).invoke(
		'self.soul.challenge',
		{ id: 'kent', archetype: 'developer' },
		'an idea',
	);
	await meters.forceFlush();

	const traced = spans
		.getFinishedSpans()
		.map(({ name, attributes: at }) =>
			[name, at['agentese.path'], at['agentese.observer'], at['agentese.result'], at['agentese.outcome']].join(' '),
		);
	const counted = points
		.getMetrics()
		.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
		.filter(({ descriptor }) => descriptor.name === 'agentese.invocations')
		// The series of errors exist at 0.
		.flatMap(({ dataPoints }) => dataPoints.flatMap(({ value }) => (value === 0 ? [] : `counted ${value}`)));
	await meters.shutdown();
	return [config.preset, (verdict as Verdict).ruling, ...traced, ...counted].join(', ');
}
