// The peers. They are packages of bench/ alone: what is not installed is left out, and said loudly.
import { decorate } from './toolkit.mjs';

/** By package: what makes of its exports a function that observes the method `add` of a class under a span's name. */
const PEERS = {
	'nestjs-otel':
		({ Span }) =>
		(name, cls) =>
			decorate(cls, 'add', Span(name)),
	'@arizeai/openinference-core':
		({ withSpan }) =>
		(name, cls) => {
			cls.prototype.add = withSpan(cls.prototype.add, { name });
			return cls;
		},
};

const loaded = new Map();

/** The peers that are installed: a package's name, and its function. */
export async function peers() {
	for (const [name, use] of Object.entries(PEERS)) {
		if (loaded.has(name)) continue;
		try {
			loaded.set(name, use(await import(name)));
		} catch (error) {
			loaded.set(name, undefined);
			const missing = error.code === 'ERR_MODULE_NOT_FOUND';
			const reason = missing ? 'it is not installed; `npm install` in bench/ does that' : error.message;
			console.error(`!! THE PEER ${name} IS LEFT OUT: ${reason}.`);
		}
	}
	return [...loaded].filter(([, weave]) => weave !== undefined).map(([name, weave]) => ({ name, weave }));
}
