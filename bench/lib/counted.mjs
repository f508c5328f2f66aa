// What reached the exporters. They send nothing, and count everything.
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';

/** Which side a span or a metric point belongs to: every side has a path of its own; a peer's span is named by it. */
const pathOf = (attributes, name) => attributes['agentese.path'] ?? name;

/** What reached the exporters, by path. */
export class Counted {
	/** False where paths never come twice: they are counted together, or this count itself would fill the heap. */
	byPath = true;
	spans = new Map();
	/** The keys of the attributes of the first span of each path. */
	attributes = new Map();
	counts = new Map();
	records = new Map();
	/** How many points each metric has. */
	points = new Map();

	/** One span of this path arrived. */
	count(path) {
		this.spans.set(path, (this.spans.get(path) ?? 0) + 1);
	}

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

	metricExporter() {
		return {
			export: ({ scopeMetrics }, done) => {
				for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
					this.points.set(descriptor.name, dataPoints.length);
					// Cumulative: the latest value is the whole sum.
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
