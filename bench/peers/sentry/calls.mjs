import { init, startSpan } from '@sentry/node';

/** What it does less than the code by hand; the tables print it. */
export const less = "spans of its own, in a process of its own; 'unsampled' is tracesSampleRate 0";

/** It does not use OpenTelemetry's registered SDK, but its own. */
export const ownSdk = true;

/** Starts its SDK with a transport that sends nothing. @param options.count - is called with the name of each span */
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

/** Observes the method `add` of a class. */
export function weave(name, cls) {
	const { add } = cls.prototype;
	cls.prototype.add = function (umwelt, x) {
		return startSpan({ name }, () => add.call(this, umwelt, x));
	};
	return cls;
}
