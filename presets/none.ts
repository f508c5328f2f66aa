import { definePreset } from './contract/preset.js';

/**
 * The preset that exports nothing and has no options. It registers no processor and no reader, so decorators cost what
 * they cost without an SDK.
 */
export const none = definePreset<undefined>({
	name: 'none',
	create: () => ({}),
});
