// Imported first: notes the URL of every module that is loaded from then on.
import { registerHooks } from 'node:module';

globalThis.SEEN = [];
registerHooks({
	load(url, context, next) {
		globalThis.SEEN.push(url);
		return next(url, context);
	},
});
