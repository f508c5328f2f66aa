import { join } from 'node:path';
import type { Resource } from '@opentelemetry/resources';
import type { BackendStats } from '../../delivery/backend-health.js';
import { Backend } from '../../delivery/backend-health.js';
import { CANNOT_WRITE } from '../../delivery/buffer.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { type DeliverySettings, deliveryDefaults } from '../../delivery/options.js';
import { journalIn } from '../../delivery/outbox.js';
import { type PipelineOptions, SignalPipeline } from '../../delivery/pipeline.js';
import { problems } from '../../lib/runtime/log-once.js';
import type { PresetEnvironment } from '../contract/preset.js';
import { type OtlpSignal, serverOf, shown } from './destination.js';
import type { Routes } from './route.js';
import { broken, type Serializer } from './transport.js';

/** What is counted, and what a person calls it. */
export const WHAT = { traces: 'spans', metrics: 'metric points', logs: 'log records' } as const;

type Own<T> = Pick<
	PipelineOptions<T>,
	'sizeOf' | 'countOf' | 'isPrecious' | 'batch' | 'delayMs' | 'maxQueued' | 'adoptMs'
>;

/** The lanes of one preset, one for each signal, and the addresses that they go to. */
export class Pipelines {
	readonly #preset: string;
	readonly #ways: Routes;
	readonly #delivery: DeliverySettings;
	readonly #root: string;
	readonly #lanes = new Map<OtlpSignal, { backend: Backend; stats(): SignalCounts }>();
	readonly #backends = new Map<string, Backend>();
	#open = 0;

	/** @param environment - without `delivery` in it nothing is kept on disk */
	constructor(
		preset: string,
		ways: Routes,
		{ delivery, directory }: Pick<PresetEnvironment, 'delivery' | 'directory'>,
	) {
		this.#preset = preset;
		this.#ways = ways;
		this.#delivery = delivery ?? { ...deliveryDefaults, journal: false };
		this.#root = this.#delivery.directory ?? join(directory, '.agentese', 'outbox');
	}

	/** Makes a signal's lane. Nothing is connected and no file is made before there is something to send or to keep. */
	async add<T extends { resource: Resource }, Wired, Response extends { partialSuccess?: object }>(
		signal: OtlpSignal,
		wire: Serializer<Wired, Response>,
		wired: (records: T[]) => Wired,
		own: Own<T>,
	): Promise<SignalPipeline<T>> {
		const way = this.#ways(signal);
		const { encoding } = way;
		const backend = this.#backendOf(way.url);
		const { window, maxQueueBytes } = this.#delivery;
		const address = { preset: this.#preset, endpoint: shown(way.url), signal, encoding };
		const lane = new SignalPipeline<T>({
			...own,
			what: WHAT[signal],
			encoding,
			encode: (records) => {
				const body = wire[encoding].serializeRequest(wired(records));
				if (body === undefined) throw new Error('OpenTelemetry made no request of a batch.');
				return body;
			},
			ready: ({ resource }) => settled(resource),
			windowMs: Math.min(window, own.delayMs),
			maxQueueBytes,
			transport: await way.connect(wire).catch(broken),
			watch: backend,
			metrics: signal === 'metrics',
			...journalIn(this.#root, address, this.#delivery),
		});
		this.#lanes.set(signal, { backend, stats: () => lane.stats() });
		this.#open += 1;
		return lane;
	}

	/** A lane was shut down: with the last one nothing more is said of an outage. */
	closed(): void {
		this.#open -= 1;
		if (this.#open === 0) for (const backend of this.#backends.values()) backend.close();
	}

	counts(signal: OtlpSignal): SignalCounts | undefined {
		return this.#lanes.get(signal)?.stats();
	}

	backends(): BackendStats[] {
		return [...this.#backends.values()].map((backend) => backend.stats());
	}

	#backendOf(url: string): Backend {
		const origin = serverOf(url);
		const known = this.#backends.get(origin);
		if (known !== undefined) return known;
		const kept = () =>
			this.#delivery.journal && !problems().has(CANNOT_WRITE)
				? `what is made is kept in ${this.#root} until it is back`
				: 'what is made waits in memory, up to a limit, and stats() counts what is lost';
		const counts = () =>
			[...this.#lanes].flatMap(([signal, lane]): [string, SignalCounts][] =>
				lane.backend === backend ? [[WHAT[signal], lane.stats()]] : [],
			);
		const backend = new Backend(this.#preset, origin, { kept, remedy: this.#ways.remedy }, counts);
		this.#backends.set(origin, backend);
		return backend;
	}
}

/** A resource whose attributes are still being found cannot be encoded; ours never is, a person's own may be. */
function settled(resource: Resource): Promise<void> | undefined {
	return resource.asyncAttributesPending ? resource.waitForAsyncAttributes?.() : undefined;
}
