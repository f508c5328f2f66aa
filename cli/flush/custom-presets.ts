import type { LoadedConfig } from '../../config/load.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { Preset, PresetParts } from '../../presets/contract/preset.js';
import { type Resending, resend } from '../../presets/otlp/resend.js';
import { backendOf } from '../../sdk/assemble/custom-backend.js';
import { foldersIn } from './outbox-folders.js';

/**
 * The ways to the backends of the presets of one's own that have left something in the outbox. Each is asked by its own
 * `make`, which gets a `deliver` that makes no processors; what else it makes is shut down at once.
 */
export async function customRoutes(loaded: LoadedConfig, root: string): Promise<Resending[]> {
	const folders = await foldersIn(root);
	const ways: Resending[] = [];
	for (const [name, preset] of loaded.presets) {
		if (!loaded.config.preset.includes(name) || !folders.some(({ path }) => path.startsWith(`${name}-`))) continue;
		try {
			await askFor(name, preset, loaded, root, ways);
		} catch (error) {
			warnOnce(`flush/${name}`, `the ${name} preset cannot be made, so that what it left is not sent.`, error);
		}
	}
	return ways;
}

async function askFor(
	name: string,
	preset: Preset<unknown>,
	{ config, directory }: LoadedConfig,
	root: string,
	ways: Resending[],
): Promise<void> {
	const { delivery } = config;
	const parts = await preset.make((config as unknown as Record<string, unknown>)[name], {
		directory,
		signals: ['traces', 'metrics', 'logs'],
		delivery,
		whenProcessEnds: () => () => undefined,
		deliver: async (to) => {
			const backend = await backendOf(name, to, directory);
			ways.push(...(await resend(name, backend.ways, backend.signals, root, delivery)));
			return { spanProcessors: [], metricReaders: [], logRecordProcessors: [] };
		},
	});
	await Promise.allSettled(closing(parts));
}

function closing({ spanProcessors = [], metricReaders = [], logRecordProcessors = [] }: PresetParts) {
	return [...spanProcessors, ...metricReaders, ...logRecordProcessors].map(async (part) => part.shutdown());
}
