import { definePreset } from './contract/preset.js';

/** Takes no options. No signal is carried: decorators cost what they cost without an SDK. */
export const none = definePreset<undefined>({
	name: 'none',
	make: () => ({}),
});
