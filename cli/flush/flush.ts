import { join, relative } from 'node:path';
import { type LoadedConfig, loadConfig } from '../../config/load.js';
import { outboxNotice } from '../../config/trust/exposure.js';
import { REFUSED } from '../../delivery/outbox.js';
import { countLetters, takeLetters } from '../../delivery/sending/kept-letters.js';
import { installDiagLogger, writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform, sleep } from '../../lib/runtime/platform.js';
import { toOtlpSettings } from '../../presets/jaeger/preset.js';
import { RECORD_NAMES } from '../../presets/otlp/pipelines.js';
import { type Resend, resend } from '../../presets/otlp/resend.js';
import { remedyOf, routesTo } from '../../presets/otlp/route.js';
import { whenProcessEnds } from '../../sdk/process-end/process-end.js';
import { resendCustomPresets } from './custom-presets.js';
import { foldersIn, outboxAt } from './outbox-folders.js';
import { type Extent, extentOf, pendingIn, recordsOf } from './pending.js';
import type { BackendResult, Report, Stray } from './report.js';

/** The options of `flush()`. */
export interface FlushOptions {
	/** The outbox. @default that of the config */
	readonly directory?: string | undefined;
	/** The path of the config. @default found as the application finds it */
	readonly config?: string | undefined;
	/** How long to wait for unreachable backends and for living processes, in milliseconds. */
	readonly timeout: number;
	/** True to send again what the backends have refused. @default false */
	readonly refused?: boolean;
}

/** How many milliseconds pass between two checks whether everything is sent. */
const POLL_MS = 100;

/** The longest delay that a timer of Node accepts, in milliseconds: about 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Sends what is pending in an outbox to the backends of the config, until nothing of it is left or the time is up. What
 * a living process holds is sent by that process, which is waited for.
 *
 * A signal that ends this process leaves the journal intact: the next flush or the next start sends the rest.
 *
 * @throws ConfigurationError, UsageError
 */
export async function flush({ directory, config: file, timeout, refused = false }: FlushOptions): Promise<Report> {
	const loaded = await loadConfig(file);
	const { config, notices } = loaded;
	const root = await outboxAt(directory, String(config.delivery.directory));
	const removeDiagLogger = installDiagLogger(config.logLevel);
	try {
		const outbox = outboxNotice(root);
		for (const notice of outbox === undefined ? notices : new Set([...notices, outbox])) {
			warnOnce(`start/${notice}`, notice);
		}
		const { presets, resends } = await startResends(loaded, root);
		// What living processes create later is not waited for.
		const extents = await Promise.all(resends.map(({ folder }) => extentOf(folder)));
		const stopListening = whenProcessEnds((end) => {
			for (const { pipeline } of resends) pipeline.settle(end);
			if (end === 'final') writeStderr('agentese-otel: interrupted; what is not sent stays in the outbox.');
		});
		try {
			// Taken back before anything is sent, so that what is refused now is not sent twice.
			if (refused) await Promise.all(resends.map(takeBack));
			await drain(resends, extents, timeout);
			await Promise.all(resends.map(close));
		} finally {
			stopListening();
		}
		const backends = await Promise.all(resends.map((each, index) => resultOf(each, root, extents[index])));
		return { directory: root, presets, backends, strays: await straysIn(root, backends) };
	} finally {
		removeDiagLogger();
	}
}

/**
 * Starts to send to all backends of the config, for all signals: the application may have sent a signal earlier that it
 * does not send now.
 */
async function startResends(loaded: LoadedConfig, root: string): Promise<{ presets: string[]; resends: Resend[] }> {
	const { preset, otlp, jaeger, delivery } = loaded.config;
	const shipped = {
		otlp: () => resend('otlp', routesTo(otlp, remedyOf('otlp')), ['traces', 'metrics', 'logs'], root, delivery),
		jaeger: () => resend('jaeger', routesTo(toOtlpSettings(jaeger), remedyOf('jaeger')), ['traces'], root, delivery),
	};
	const names = (['otlp', 'jaeger'] as const).filter((name) => preset.includes(name));
	const resends = (await Promise.all(names.map((name) => shipped[name]()))).flat();
	const presets = [...names, ...preset.filter((name) => loaded.presets.has(name))];
	return { presets, resends: [...resends, ...(await resendCustomPresets(loaded, root))] };
}

/** Moves what the backend has refused back into the journal. */
async function takeBack({ folder, pipeline }: Resend): Promise<void> {
	await takeLetters(join(folder, REFUSED), (frame) => pipeline.readmit(frame));
}

/** Resolves when everything is sent that was there at the beginning, or after `timeout` milliseconds. */
async function drain(resends: readonly Resend[], extents: readonly Extent[], timeout: number): Promise<void> {
	let timedOut = false;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => {
		timer = platform.setTimeout(resolve, Math.min(timeout, MAX_TIMER_MS));
	});
	const work = Promise.all(resends.map((each, index) => drainOne(each, extents[index], () => timedOut)));
	await Promise.race([work, late]).finally(() => {
		timedOut = true;
		platform.clearTimeout(timer);
	});
}

/** Resolves when nothing is pending in the folder that was there at the beginning, or when `isOver` returns true. */
async function drainOne(
	{ pipeline, folder }: Resend,
	extent: Extent | undefined,
	isOver: () => boolean,
): Promise<void> {
	while (!isOver()) {
		// The pipeline itself repeats what the backend did not accept, with growing delays.
		if (waitingIn(pipeline) === 0) {
			await pipeline.flush();
			const left = await pendingIn(folder, extent);
			if (waitingIn(pipeline) === 0 && left.isExact && recordsOf(left) === 0) return;
		}
		await sleep(POLL_MS);
	}
}

/** Returns how many records the pipeline has adopted and not sent. */
function waitingIn(pipeline: Resend['pipeline']): number {
	const { queued, onDisk = 0 } = pipeline.stats();
	return queued + onDisk;
}

/**
 * Releases the segments. A shutdown would call an unreachable backend once more, so it is used only if nothing waits.
 */
async function close({ pipeline }: Resend): Promise<void> {
	if (waitingIn(pipeline) > 0) pipeline.settle('final');
	else await pipeline.shutdown();
}

/** Returns what has become of the records of one signal of one backend. */
async function resultOf(resent: Resend, root: string, extent: Extent | undefined): Promise<BackendResult> {
	const { preset, endpoint, signal, recordName, folder, pipeline } = resent;
	const { delivered, droppedBy } = pipeline.stats();
	return {
		...{ preset, endpoint, signal, recordName, folder: relative(root, folder) },
		sent: delivered,
		refused: droppedBy['refused'] ?? 0,
		deadLetters: await countLetters(join(folder, REFUSED)),
		unreadable: droppedBy['unreadable'] ?? 0,
		left: await pendingIn(folder, extent),
		lastError: resent.lastError(),
	};
}

/** Returns what is pending in the folders of other addresses than those of the backends. */
async function straysIn(root: string, backends: readonly BackendResult[]): Promise<Stray[]> {
	const known = new Set(backends.map(({ folder }) => folder));
	const strays = (await foldersIn(root)).filter(({ path }) => !known.has(path));
	return Promise.all(
		strays.map(async ({ path, signal }): Promise<Stray> => {
			const left = await pendingIn(join(root, path));
			const deadLetters = await countLetters(join(root, path, REFUSED));
			return { folder: path, recordName: RECORD_NAMES[signal], left, deadLetters };
		}),
	);
}
