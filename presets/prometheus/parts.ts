import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { reasonOf } from '../../delivery/backend-health.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { PresetParts } from '../contract/preset.js';
import { pointsOf } from '../signals/sizes.js';
import { answer, offer, say } from './handler.js';
import type { PrometheusSettings } from './options.js';
import { configuredAt, mountedAt } from './scrapes.js';
import { closed, type Listening, listen } from './server.js';
import { type Format, textFormat } from './text-format.js';

/** How long an observable instrument's callback may take: less than Prometheus waits for the page by default. */
const CALLBACK_MS = 5000;

const NONE: SignalCounts = { made: 0, written: 0, queued: 0, dropped: 0, droppedBy: {} };

/** Collects when it is asked to, and only then; each collection holds the totals since the start. */
class PageReader extends MetricReader {
	readonly #close: () => Promise<void>;
	served = 0;

	constructor(close: () => Promise<void>) {
		super();
		this.#close = close;
	}

	/** The page of this moment. Observables' callbacks run outside of any trace, as Prometheus asks for the page. */
	write(format: Format): Promise<string> {
		return context.with(suppressTracing(ROOT_CONTEXT), async () => {
			const { resourceMetrics, errors } = await this.collect({ timeoutMillis: CALLBACK_MS });
			for (const error of errors) warnOnce('prometheus/callback', 'the callback of an observable failed.', error);
			const text = textFormat(resourceMetrics, format);
			this.served += pointsOf(resourceMetrics);
			return text;
		});
	}

	protected override async onForceFlush(): Promise<void> {}

	protected override onShutdown(): Promise<void> {
		return this.#close();
	}
}

/** Opens the page, and says at once where that is not possible; the application goes on without it. */
export async function prometheusParts(settings: PrometheusSettings): Promise<PresetParts> {
	const { host, path } = settings;
	let listening: Listening | undefined;
	const reader = new PageReader(async () => {
		takeBack();
		if (listening !== undefined && 'server' in listening) await closed(listening.server);
	});
	const write = (format: Format) => reader.write(format);
	const takeBack = offer(write);
	if (settings.server) {
		configuredAt(path);
		listening = await listen(settings, (request, response) => {
			if (request.url?.replace(/\?.*$/s, '') !== path) say(response, 404, `The metrics stand at ${path}.`);
			else void answer(request, response, write);
		});
	} else mountedAt(path);
	const fault = sayWhere(settings, listening);
	const since = Date.now();
	const port = listening !== undefined && 'port' in listening ? listening.port : settings.port;
	return {
		metricReaders: [reader],
		stats: () => ({
			spans: NONE,
			metricPoints: { ...NONE, made: reader.served, written: reader.served },
			logs: NONE,
			files: [],
			backends: settings.server
				? [
						{
							preset: 'prometheus',
							endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
							lastError: fault,
							lastErrorAt: fault === undefined ? undefined : since,
						},
					]
				: [],
		}),
	};
}

/** One line where the page stands elsewhere than it was asked for, or nowhere; answers why it stands nowhere. */
function sayWhere({ host, port, nextPort }: PrometheusSettings, listening: Listening | undefined): string | undefined {
	if (listening === undefined) return undefined;
	if (!('error' in listening)) {
		if (listening.port !== port && port !== 0) {
			warnOnce(
				`prometheus/next/${host}:${port}`,
				`prometheus: port ${port} is taken; the metrics stand on port ${listening.port}.`,
			);
		}
		return undefined;
	}
	const { code, message } = listening.error;
	const key = `prometheus/listen/${host}:${port}`;
	if (code === 'EADDRINUSE') {
		const next = nextPort ? '; so are the next ones' : '';
		warnOnce(
			key,
			`prometheus: port ${port} on ${host} is taken${next}, so nobody will see the metrics of this process. Set ` +
				'prometheus.port to a free one (0 takes any), or prometheus.nextPort: true to try the next ones.',
		);
	} else {
		warnOnce(
			key,
			`prometheus: ${host}:${port} cannot be listened on, so nobody will see the metrics of this process. Set ` +
				'prometheus.host and prometheus.port to an address of this machine.',
			new Error(reasonOf(listening.error)),
		);
	}
	return message;
}
