import { definePreset } from '../contract/preset.js';
import type { ConsoleSettings } from './options.js';

/**
 * The preset for people who watch a terminal: it writes one line to stderr for each trace, or a small tree if the trace
 * has more than one span.
 *
 * This folder is the one to copy for a new preset. `preset.ts` holds the declaration alone and imports the factory when
 * it is called, so that a config without this preset loads nothing of it. `options.ts` holds, in this order, the type
 * of the options, their defaults and their schema. All other files are parts of the factory.
 */
export const console = definePreset<ConsoleSettings>({
	name: 'console',
	create: async (settings, { whenProcessEnds }) =>
		(await import('./processor.js')).consoleParts(settings, whenProcessEnds),
});
