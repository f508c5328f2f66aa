import type { ConsoleSettings } from './options/console.js';
import { definePreset } from './preset.js';

/** For eyes: a line on stderr for each trace, or a small tree where it has more spans than one. */
export const console = definePreset<ConsoleSettings>({
	name: 'console',
	make: async (settings, { whenProcessEnds }) =>
		(await import('./console/parts.js')).consoleParts(settings, whenProcessEnds),
});
