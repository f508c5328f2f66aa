import { definePreset } from '../contract/preset.js';
import type { ConsoleSettings } from './options.js';

/** For eyes: a line on stderr for each trace, or a small tree where it has more spans than one. */
export const console = definePreset<ConsoleSettings>({
	name: 'console',
	make: async (settings, { whenProcessEnds }) =>
		(await import('./processor.js')).consoleParts(settings, whenProcessEnds),
});
