import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadedConfig, loadConfig } from '../../config/load.js';
import { installDiagLogger, writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { asOtlp } from '../../presets/jaeger/preset.js';
import { WHAT } from '../../presets/otlp/pipelines.js';
import { type Resending, resend } from '../../presets/otlp/resend.js';
import { remedyOf, routesTo } from '../../presets/otlp/route.js';
import { whenProcessEnds } from '../../sdk/process-end/process-end.js';
import { customRoutes } from './custom-presets.js';
import { foldersIn, outboxAt } from './outbox-folders.js';
import { pendingIn, recordsOf } from './pending.js';
import type { Report, Sent, Stray } from './report.js';

/** What a person may say. */
export interface FlushOptions {
	/** The outbox; else the config's. */
	readonly directory?: string | undefined;
	/** The config's file; else it is found as the application finds it. */
	readonly config?: string | undefined;
	/** How long backends that are away, and living processes, are waited for, in milliseconds. */
	readonly timeout: number;
}

/** How often it is looked whether all is sent. */
const LOOK_MS = 100;

/**
 * Sends what lies in an outbox to the backends of the config, until nothing of what lay there waits any more or the
 * time is up. What a living process holds is its own to send; it is waited for.
 *
 * A signal that ends the process leaves the journal whole: the next flush, or the next start, sends the rest.
 *
 * @throws ConfigurationError, UsageError
 */
export async function flush({ directory, config: file, timeout }: FlushOptions): Promise<Report> {
	const loaded = await loadConfig(file);
	const { config, notices } = loaded;
	const root = await outboxAt(directory, String(config.delivery.directory));
	const silence = installDiagLogger(config.logLevel);
	try {
		for (const notice of notices) warnOnce(`start/${notice}`, notice);
		const since = Date.now();
		const { presets, ways } = await waysOf(loaded, root);
		const forget = whenProcessEnds((end) => {
			for (const { lane } of ways) lane.settle(end);
			if (end === 'last') writeStderr('agentese-otel: cut off; what is not sent lies where it lay.');
		});
		try {
			await drain(ways, since, timeout);
			await Promise.all(ways.map(close));
		} finally {
			forget();
		}
		const backends = await Promise.all(ways.map((way) => sentBy(way, root, since)));
		return { directory: root, presets, backends, strays: await straysIn(root, backends) };
	} finally {
		silence();
	}
}

/** The ways to all backends of the config, for all signals: who sends a signal no more may have sent it before. */
async function waysOf(loaded: LoadedConfig, root: string) {
	const { preset, otlp, jaeger, delivery } = loaded.config;
	const known = {
		otlp: () => resend('otlp', routesTo(otlp, remedyOf('otlp')), ['traces', 'metrics', 'logs'], root, delivery),
		jaeger: () => resend('jaeger', routesTo(asOtlp(jaeger), remedyOf('jaeger')), ['traces'], root, delivery),
	};
	const shipped = (['otlp', 'jaeger'] as const).filter((name) => preset.includes(name));
	const ways = (await Promise.all(shipped.map((name) => known[name]()))).flat();
	const presets = [...shipped, ...preset.filter((name) => loaded.presets.has(name))];
	return { presets, ways: [...ways, ...(await customRoutes(loaded, root))] };
}

async function drain(ways: readonly Resending[], since: number, timeout: number): Promise<void> {
	let over = false;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, Math.min(timeout, 2 ** 31 - 1));
	});
	const work = Promise.all(ways.map((way) => drained(way, since, () => over)));
	await Promise.race([work, late]).finally(() => {
		over = true;
		clearTimeout(timer);
	});
}

/** Resolves when nothing of what lay there waits on the disk, or it is over. */
async function drained({ lane, folder }: Resending, since: number, isOver: () => boolean): Promise<void> {
	while (!isOver()) {
		// What a backend did not take is tried again by the lane itself, ever later.
		if (waiting(lane) === 0) {
			await lane.flush();
			const left = await pendingIn(folder, since);
			if (waiting(lane) === 0 && left.certain && recordsOf(left) === 0) return;
		}
		await sleep(LOOK_MS);
	}
}

function waiting(lane: Resending['lane']): number {
	const { queued, onDisk = 0 } = lane.stats();
	return queued + onDisk;
}

/** Gives up what is ours. A shutdown would ask a backend that is away once more. */
async function close({ lane }: Resending): Promise<void> {
	if (waiting(lane) > 0) lane.settle('last');
	else await lane.shutdown();
}

async function sentBy(way: Resending, root: string, since: number): Promise<Sent> {
	const { preset, endpoint, signal, what, folder, lane } = way;
	const { written, droppedBy, deadLetters = 0 } = lane.stats();
	return {
		...{ preset, endpoint, signal, what, folder: relative(root, folder) },
		sent: written,
		refused: droppedBy['refused'] ?? 0,
		deadLetters,
		unreadable: droppedBy['unreadable'] ?? 0,
		left: await pendingIn(folder, since),
		lastError: way.lastError(),
	};
}

async function straysIn(root: string, backends: readonly Sent[]): Promise<Stray[]> {
	const known = new Set(backends.map(({ folder }) => folder));
	const strays = (await foldersIn(root)).filter(({ path }) => !known.has(path));
	return Promise.all(
		strays.map(async ({ path, signal }): Promise<Stray> => {
			const what = WHAT[signal];
			return { folder: path, what, left: await pendingIn(join(root, path)) };
		}),
	);
}
