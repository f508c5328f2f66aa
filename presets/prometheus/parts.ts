import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { reasonOf } from '../../delivery/backend-health.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import type { PresetParts } from '../contract/preset.js';
import { pointsOf } from '../signals/sizes.js';
import { hostCheck } from './allowed-hosts.js';
import { registerPage, respondWithPage, respondWithText } from './handler.js';
import type { PrometheusSettings } from './options.js';
import { addConfiguredPath, addMountPath } from './scrapes.js';
import { type ListenResult, listen } from './server.js';
import { type PageFormat, textFormat } from './text-format.js';

/**
 * The time limit of the callbacks of observable instruments, in milliseconds: less than Prometheus waits for the page
 * by default.
 */
const CALLBACK_TIMEOUT_MS = 5000;

const NO_RECORDS: SignalCounts = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };

/** The response to a request under a host name that is not allowed. The name is not repeated: anybody chooses it. */
const FORBIDDEN = 'The host name of this request is not in prometheus.allowedHosts.';

/** Collects only when a page is rendered. Each collection holds the totals since the start of the process. */
class PageReader extends MetricReader {
	readonly #onClose: () => Promise<void>;
	/** The number of data points on all pages that were rendered. */
	pointsServed = 0;

	constructor(onClose: () => Promise<void>) {
		super();
		this.#onClose = onClose;
	}

	/**
	 * Collects and returns the page of this moment. The callbacks of observable instruments run outside of any trace,
	 * because Prometheus caused the collection and not the application.
	 */
	render(format: PageFormat): Promise<string> {
		return context.with(suppressTracing(ROOT_CONTEXT), async () => {
			const { resourceMetrics, errors } = await this.collect({ timeoutMillis: CALLBACK_TIMEOUT_MS });
			for (const error of errors) warnOnce('prometheus/callback', 'the callback of an observable failed.', error);
			const page = textFormat(resourceMetrics, format);
			this.pointsServed += pointsOf(resourceMetrics);
			return page;
		});
	}

	protected override async onForceFlush(): Promise<void> {}

	protected override onShutdown(): Promise<void> {
		return this.#onClose();
	}
}

/**
 * Creates the reader, makes its page available to the handlers and starts the server, if there is to be one. If the
 * server cannot listen, that is reported at once and the application continues without it.
 */
export async function prometheusParts(settings: PrometheusSettings): Promise<PresetParts> {
	const { host, path } = settings;
	let listening: ListenResult | undefined;
	const reader = new PageReader(async () => {
		unregisterPage();
		if (listening !== undefined && 'close' in listening) await listening.close();
	});
	const render = (format: PageFormat) => reader.render(format);
	const unregisterPage = registerPage(render);
	if (settings.listen) {
		addConfiguredPath(path);
		const isAllowed = hostCheck(settings);
		listening = await listen(settings, (request, response) => {
			const isChecked = listening !== undefined && 'port' in listening && listening.isLoopback;
			if (isChecked && !isAllowed(request)) respondWithText(response, 403, FORBIDDEN);
			else if (request.url?.replace(/\?.*$/s, '') !== path)
				respondWithText(response, 404, `The metrics are at ${path}.`);
			else void respondWithPage(request, response, render);
		});
	} else addMountPath(path);
	const listenError = reportListening(settings, listening);
	const listenedAt = platform.dateNow();
	const port = listening !== undefined && 'port' in listening ? listening.port : settings.port;
	return {
		metricReaders: [reader],
		stats: () => ({
			spans: NO_RECORDS,
			metricPoints: { ...NO_RECORDS, created: reader.pointsServed, delivered: reader.pointsServed },
			logs: NO_RECORDS,
			files: [],
			backends: settings.listen
				? [
						{
							preset: 'prometheus',
							endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
							lastError: listenError,
							lastErrorAt: listenError === undefined ? undefined : listenedAt,
							unreachableSince: listenError === undefined ? undefined : listenedAt,
						},
					]
				: [],
		}),
	};
}

/**
 * Reports once that the server cannot listen.
 *
 * @returns the message of the error, or undefined if the server listens or there is none
 */
function reportListening({ host, port }: PrometheusSettings, listening: ListenResult | undefined): string | undefined {
	if (listening === undefined || !('error' in listening)) return undefined;
	const { code, message } = listening.error;
	const key = `prometheus/listen/${host}:${port}`;
	if (code === 'EADDRINUSE') {
		warnOnce(
			key,
			`prometheus: port ${port} on ${host} is in use, so the metrics of this process are not served. Set ` +
				'prometheus.port to a free one (0 selects any), or prometheus.listen: false and mount prometheusHandler().',
		);
	} else {
		warnOnce(
			key,
			`prometheus: cannot listen on ${host}:${port}, so the metrics of this process are not served. Set ` +
				'prometheus.host and prometheus.port to an address of this machine.',
			new Error(reasonOf(listening.error)),
		);
	}
	return message;
}
