// Exporters that send nothing and count what reaches them.
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';

/** Returns the path of the side that a span or a metric point belongs to. Peers set it as the span's name. */
const pathOf = (attributes, name) => attributes['agentese.path'] ?? name;

/** Counts what reaches its exporters, by path. */
export class Counted {
	/** If false, spans are counted together: a count for each of a million paths would fill the heap. */
	byPath = true;
	/** The number of spans, by path. */
	spans = new Map();
	/** The sorted keys of the attributes of the first span, by path. */
	attributes = new Map();
	/** The value of the counter `agentese.invocations`, by path. */
	counts = new Map();
	/** How many durations the histogram `agentese.invoke.duration` recorded, by path. */
	records = new Map();
	/** The number of points, by metric. */
	points = new Map();

	/** Counts one span of a path. */
	count(path) {
		this.spans.set(path, (this.spans.get(path) ?? 0) + 1);
	}

	/** Returns a span exporter that counts. */
	spanExporter() {
		return {
			export: (spans, done) => {
				for (const { attributes, name } of spans) {
					const path = this.byPath ? pathOf(attributes, name) : 'all';
					this.count(path);
					if (!this.attributes.has(path)) this.attributes.set(path, Object.keys(attributes).sort().join());
				}
				done({ code: 0 });
			},
			forceFlush: async () => {},
			shutdown: async () => {},
		};
	}

	/** Returns a metric exporter that counts. */
	metricExporter() {
		return {
			export: ({ scopeMetrics }, done) => {
				for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
					this.points.set(descriptor.name, dataPoints.length);
					// The points are cumulative, so the latest value is the sum.
					for (const { attributes, value } of dataPoints) {
						if (descriptor.name === 'agentese.invocations') this.counts.set(pathOf(attributes), value);
						if (descriptor.name === 'agentese.invoke.duration') this.records.set(pathOf(attributes), value.count);
					}
				}
				done({ code: 0 });
			},
			selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
			forceFlush: async () => {},
			shutdown: async () => {},
		};
	}
}
