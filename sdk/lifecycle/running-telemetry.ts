import type { CustomPresetConfig } from '../../config/define.js';
import type { LoadedConfig } from '../../config/load.js';
import type { EffectiveConfig, TelemetryConfig } from '../../config/schema/config.js';
import type { TelemetryUpdate } from '../../config/update.js';
import { beginCounting, takeCount } from '../../lib/runtime/between-starts.js';
import type { PresetParts, PresetStats } from '../../presets/contract/preset.js';
import { HealthWatch, type TelemetryHealth } from './health.js';
import { flush, type Running } from './running.js';
import { carriedStats, lostBetweenStarts, sumStats, type Telemetry, type TelemetryStats } from './telemetry.js';

/** What `restart()` has replaced, while it delivers the rest. */
interface Closing {
	readonly parts: readonly PresetParts[];
	/** Ends the wait for open spans. */
	readonly hurry: () => void;
	/** Resolves when everything is delivered. Never rejects. */
	readonly done: Promise<void>;
}

/** What `RunningTelemetry` is created with beside the running SDK. */
interface Callbacks {
	/** Loads a config and starts it in the place of the running one. */
	readonly handOver: (
		argument: TelemetryConfig | CustomPresetConfig | string | undefined,
		running: Running,
	) => Promise<{ readonly loaded: LoadedConfig; readonly running: Running }>;
	/** Removes what the start has installed for all SDKs. */
	readonly removeLogger: () => void;
	/** Is called with the promise of the shutdown when that begins. */
	readonly onShutdown: (stopped: Promise<void>) => void;
}

/** The handle of telemetry that runs. */
export class RunningTelemetry implements Telemetry {
	#loaded: LoadedConfig;
	#running: Running;
	readonly #callbacks: Callbacks;
	readonly #health = new HealthWatch();
	/** The update or restart that was called last. Never rejects. */
	#changing: Promise<unknown> | undefined;
	/** What the last restart has replaced; undefined when that is delivered. */
	#closing: Closing | undefined;
	/** What was lost before this start, and the last counts of all that was replaced and is delivered. */
	#closed: PresetStats | undefined;
	#stopped: Promise<void> | undefined;

	constructor(loaded: LoadedConfig, running: Running, callbacks: Callbacks) {
		this.#loaded = loaded;
		this.#running = running;
		this.#callbacks = callbacks;
		this.#closed = lostBetweenStarts(takeCount());
	}

	get config(): EffectiveConfig {
		return this.#loaded.config;
	}

	async flush(): Promise<void> {
		if (this.#stopped !== undefined) return this.#stopped;
		await flush([...this.#running.parts, ...(this.#closing?.parts ?? [])]);
	}

	shutdown(): Promise<void> {
		if (this.#stopped === undefined) {
			this.#stopped = this.#stop();
			this.#callbacks.onShutdown(this.#stopped);
		}
		return this.#stopped;
	}

	update(changes: TelemetryUpdate): Promise<EffectiveConfig> {
		return this.#inTurn('update', async () => {
			const { updateConfig } = await import('../../config/update.js');
			const next = await updateConfig(this.#loaded, changes);
			const apply = await this.#running.prepareUpdate(this.config, next);
			this.#throwIfStopped('update');
			apply();
			this.#loaded = next;
			return next.config;
		});
	}

	restart(argument?: TelemetryConfig | CustomPresetConfig | string): Promise<EffectiveConfig> {
		return this.#inTurn('restart', async () => {
			await this.#finishClosing();
			const former = this.#running;
			const { loaded, running } = await this.#callbacks.handOver(argument, former);
			this.#loaded = loaded;
			this.#running = running;
			if (former.handOver !== undefined && running.handOver !== undefined) {
				let hurry: () => void = () => undefined;
				const hurried = new Promise<void>((resolve) => {
					hurry = resolve;
				});
				const done = former.handOver.close(running.handOver, hurried).then(() => this.#closeFormer(former));
				this.#closing = { parts: former.parts, hurry, done };
			}
			return loaded.config;
		});
	}

	stats(): TelemetryStats {
		const closed = this.#closed;
		const { parts, rules } = this.#running;
		const former = [...(this.#closing?.parts ?? []), ...(closed === undefined ? [] : [{ stats: () => closed }])];
		const stats = sumStats([...parts, ...former]);
		return { ...stats, unmatchedRules: rules.unmatched() };
	}

	health(): TelemetryHealth {
		if (this.#stopped !== undefined) return { status: 'failing', reasons: ['telemetry was shut down.'] };
		return this.#health.check(this.stats(), this.#running.parts);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.shutdown();
	}

	/** Stops everything, after the change that is under way. */
	async #stop(): Promise<void> {
		// Without a change under way, the shutdown begins before this returns.
		if (this.#changing !== undefined) await this.#changing;
		await Promise.all([this.#running.stop(), this.#finishClosing()]);
		beginCounting();
		this.#callbacks.removeLogger();
	}

	/** Runs one change after the other. */
	async #inTurn<T>(name: string, change: () => Promise<T>): Promise<T> {
		this.#throwIfStopped(name);
		const before = this.#changing;
		const run = async () => {
			await before;
			this.#throwIfStopped(name);
			return change();
		};
		const running = run();
		const settled = running.then(
			() => undefined,
			() => undefined,
		);
		this.#changing = settled;
		try {
			return await running;
		} finally {
			if (this.#changing === settled) this.#changing = undefined;
		}
	}

	/** @throws Error if the shutdown has begun */
	#throwIfStopped(name: string): void {
		if (this.#stopped === undefined) return;
		throw new Error(
			`${name}() needs telemetry that runs, and shutdown() was called on this handle. Call startTelemetry() instead.`,
		);
	}

	/** Delivers what the last restart has replaced, without a wait for its open spans. */
	async #finishClosing(): Promise<void> {
		this.#closing?.hurry();
		await this.#closing?.done;
	}

	/** Keeps the last counts of what was replaced, and releases it. */
	#closeFormer(former: Running): void {
		this.#closing = undefined;
		this.#closed = carriedStats(former.parts, this.#running.parts, this.#closed);
	}
}
