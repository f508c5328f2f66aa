import { init, startSpan } from '@sentry/node';

export const less = "spans of its own, in a process of its own; 'unsampled' is tracesSampleRate 0";

/** It brings an SDK of its own. */
export const ownSdk = true;

/** Counts the spans that reach its transport, which sends nothing. */
export function start({ traces, count }) {
	init({
		dsn: 'https://key@127.0.0.1/1',
		tracesSampleRate: traces === 'on' ? 1 : 0,
		defaultIntegrations: false,
		transport: () => ({ send: async () => ({}), flush: async () => true }),
		beforeSendSpan(span) {
			count(span.name ?? span.description);
			return span;
		},
	});
}

export function weave(name, cls) {
	const { add } = cls.prototype;
	cls.prototype.add = function (umwelt, x) {
		return startSpan({ name }, () => add.call(this, umwelt, x));
	};
	return cls;
}
