import { join } from 'node:path';
import type { Resource } from '@opentelemetry/resources';
import type { BackendStats } from '../../delivery/backend-health.js';
import { BackendHealth } from '../../delivery/backend-health.js';
import { WRITE_FAILURE } from '../../delivery/buffer.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { type DeliverySettings, deliveryDefaults } from '../../delivery/options.js';
import { journalIn } from '../../delivery/outbox.js';
import { type PipelineOptions, SignalPipeline } from '../../delivery/pipeline.js';
import { problemCounts } from '../../lib/runtime/log-once.js';
import type { PresetEnvironment } from '../contract/preset.js';
import { whenAttributesKnown } from '../signals/resource-attributes.js';
import { displayServer, displayUrl, type OtlpSignal } from './destination.js';
import type { Routes } from './route.js';
import { failingTransport, type Serializer } from './transport.js';

/** What the records of each signal are called in messages. */
export const RECORD_NAMES = { traces: 'spans', metrics: 'metric points', logs: 'log records' } as const;

/** How full the queues of one signal are. */
export interface PipelineFill {
	/** The name of the preset. */
	readonly preset: string;
	/** What the records are called in messages. */
	readonly records: string;
	/** The share of `delivery.maxQueueBytes` that is used, from 0 to about 1. */
	readonly memory: number;
	/** The share of `delivery.maxBytes` that this process uses on disk, from 0 to about 1; 0 without a journal. */
	readonly disk: number;
}

/** The options of a pipeline that depend on the type of its records. */
type RecordOptions<T> = Pick<
	PipelineOptions<T>,
	'sizeOf' | 'countOf' | 'hasPriority' | 'batch' | 'delayMs' | 'maxQueued' | 'adoptIntervalMs'
>;

/** The pipelines of one preset, one for each signal, and the state of the backends that they send to. */
export class Pipelines {
	readonly #preset: string;
	readonly #routes: Routes;
	readonly #delivery: DeliverySettings;
	/** The directory of the outbox. */
	readonly #root: string;
	readonly #pipelines = new Map<
		OtlpSignal,
		{ readonly backend: BackendHealth } & Pick<SignalPipeline<never>, 'fill' | 'stats'>
	>();
	/** The backends by their server: signals that are sent to the same server share one. */
	readonly #backends = new Map<string, BackendHealth>();
	/** The number of pipelines that are not closed. */
	#open = 0;

	/**
	 * @param preset - the name of the preset, for messages, counts and the folders of the outbox
	 * @param environment - without `delivery` in it nothing is kept on disk
	 */
	constructor(
		preset: string,
		routes: Routes,
		{ delivery, directory }: Pick<PresetEnvironment, 'delivery' | 'directory'>,
	) {
		this.#preset = preset;
		this.#routes = routes;
		this.#delivery = delivery ?? { ...deliveryDefaults, journal: false };
		this.#root = this.#delivery.directory ?? join(directory, '.agentese', 'outbox');
	}

	/**
	 * Creates the pipeline of one signal. Nothing is connected and no file is created before there is something to send
	 * or to keep. If the transport cannot be created, each request fails with the reason, and the records wait.
	 *
	 * @param toMessage - converts a batch of records to what the serializer accepts
	 */
	async add<T extends { resource: Resource }, Message>(
		signal: OtlpSignal,
		serializer: Serializer<Message>,
		toMessage: (records: T[]) => Message,
		recordOptions: RecordOptions<T>,
	): Promise<SignalPipeline<T>> {
		const route = this.#routes(signal);
		const { encoding } = route;
		const backend = this.#backendOf(route.url);
		const { delay, maxQueueBytes } = this.#delivery;
		const address = { preset: this.#preset, endpoint: displayUrl(route.url), signal, encoding };
		const pipeline = new SignalPipeline<T>({
			...recordOptions,
			recordName: RECORD_NAMES[signal],
			encoding,
			encode: (records) => {
				const body = serializer[encoding](toMessage(records));
				if (body === undefined) throw new Error("OpenTelemetry's serializer returned nothing for a batch.");
				return body;
			},
			ready: ({ resource }) => whenAttributesKnown(resource),
			windowMs: Math.min(delay, recordOptions.delayMs),
			maxQueueBytes,
			maxJournalBytes: this.#delivery.maxBytes,
			transport: await route.connect().catch(failingTransport),
			observer: backend,
			metrics: signal === 'metrics',
			...journalIn(this.#root, address, this.#delivery),
		});
		this.#pipelines.set(signal, { backend, stats: () => pipeline.stats(), fill: () => pipeline.fill() });
		this.#open += 1;
		return pipeline;
	}

	/** Must be called after a pipeline was shut down. After the last one outages are not reported any more. */
	pipelineClosed(): void {
		this.#open -= 1;
		if (this.#open === 0) for (const backend of this.#backends.values()) backend.close();
	}

	/** Returns the counts of a signal, or undefined if it has no pipeline. */
	counts(signal: OtlpSignal): SignalCounts | undefined {
		return this.#pipelines.get(signal)?.stats();
	}

	/** Returns how full the queues of each signal are. */
	fill(): PipelineFill[] {
		return [...this.#pipelines].map(([signal, pipeline]) => ({
			preset: this.#preset,
			records: RECORD_NAMES[signal],
			...pipeline.fill(),
		}));
	}

	/** Returns the state of each backend. */
	backends(): BackendStats[] {
		return [...this.#backends.values()].map((backend) => backend.stats());
	}

	/** Returns the state of the server of an address, which is created for its first signal. */
	#backendOf(url: string): BackendHealth {
		const server = displayServer(url);
		const existing = this.#backends.get(server);
		if (existing !== undefined) return existing;
		const kept = () =>
			this.#delivery.journal && !problemCounts().has(WRITE_FAILURE)
				? `telemetry is kept in ${this.#root} until the backend accepts it`
				: 'telemetry waits in memory, up to a limit, and stats() counts what is lost';
		const counts = () =>
			[...this.#pipelines].flatMap(([signal, pipeline]): [string, SignalCounts][] =>
				pipeline.backend === backend ? [[RECORD_NAMES[signal], pipeline.stats()]] : [],
			);
		const backend = new BackendHealth(this.#preset, server, { kept, remedy: this.#routes.remedy }, counts);
		this.#backends.set(server, backend);
		return backend;
	}
}
