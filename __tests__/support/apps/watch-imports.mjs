// Imported first: records the URL of every module that is loaded afterwards.
import { registerHooks } from 'node:module';

globalThis.SEEN = [];
registerHooks({
	load(url, context, next) {
		globalThis.SEEN.push(url);
		return next(url, context);
	},
});
