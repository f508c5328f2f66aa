import type { LoadedConfig } from '../../config/load.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { Preset, PresetParts } from '../../presets/contract/preset.js';
import { type Resend, resend } from '../../presets/otlp/resend.js';
import { checkBackend } from '../../sdk/assemble/custom-backend.js';
import { foldersIn } from './outbox-folders.js';

/**
 * Starts to send what custom presets have left in the outbox.
 *
 * A custom preset names its backend only when its `make` calls `deliver`. So `make` is called, with a `deliver` that
 * creates no processors. Whatever else `make` creates is shut down at once. A preset whose `make` fails is logged and
 * left out.
 *
 * @param root - the outbox
 */
export async function resendCustomPresets(loaded: LoadedConfig, root: string): Promise<Resend[]> {
	const folders = await foldersIn(root);
	const resends: Resend[] = [];
	for (const [name, preset] of loaded.presets) {
		if (!loaded.config.preset.includes(name) || !folders.some(({ path }) => path.startsWith(`${name}-`))) continue;
		try {
			resends.push(...(await resendsOf(name, preset, loaded, root)));
		} catch (error) {
			warnOnce(`flush/${name}`, `the ${name} preset cannot be created, so that what it left is not sent.`, error);
		}
	}
	return resends;
}

async function resendsOf(
	name: string,
	preset: Preset<unknown>,
	{ config, directory }: LoadedConfig,
	root: string,
): Promise<Resend[]> {
	const { delivery } = config;
	const resends: Resend[] = [];
	const parts = await preset.create((config as unknown as Record<string, unknown>)[name], {
		directory,
		signals: ['traces', 'metrics', 'logs'],
		delivery,
		whenProcessEnds: () => () => undefined,
		deliver: async (to) => {
			const backend = await checkBackend(name, to, directory);
			resends.push(...(await resend(name, backend.routes, backend.signals, root, delivery)));
			return { spanProcessors: [], metricReaders: [], logRecordProcessors: [] };
		},
	});
	await Promise.allSettled(shutdowns(parts));
	return resends;
}

/** Shuts down everything that a preset has created. */
function shutdowns({ spanProcessors = [], metricReaders = [], logRecordProcessors = [] }: PresetParts) {
	return [...spanProcessors, ...metricReaders, ...logRecordProcessors].map(async (part) => part.shutdown());
}
