import { beforeAll, describe, expect, it } from '@jest/globals';
import { outage, spanNamesInJson } from '../../../scripts/arrives/cases.mjs';
import { lawful } from '../../../scripts/arrives/law.mjs';
import { backend } from '../../../scripts/backends.mjs';
import type { SignalCounts } from '../../../sdk/index.js';
import { firstThat } from '../../support/rounds.js';
import { startMortalCollector } from '../support/servers.js';

/** The duration of the outages, in seconds: OUTAGE_SECONDS=5,20,60 gives the figures in the docs. */
const OUTAGE_SECONDS = (process.env['OUTAGE_SECONDS'] ?? '5').split(',').map(Number);

/** The most that a span may cost an application. On a busy machine it is relative to the stock SDK in the same run. */
const P99_MS = 5;
const NOISE = 10;

/** The spans of one request, which is sent twice if its response is lost. */
const BATCH = 512;

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'];

const binary = await backend('collector');

type Outcome = Awaited<ReturnType<typeof outage>>;

/** Starts a Collector that is killed and restarted on the same port. The files that it writes show what arrived. */
async function collector(protocol: string, port: number) {
	const { close, lines } = await startMortalCollector(binary ?? '', protocol, port);
	return { close, arrived: () => lines().flatMap(spanNamesInJson) };
}

/** Returns what the application reports at its end. */
function reportOf({ stdout }: Outcome): { p99: number; stats?: SignalCounts } {
	return JSON.parse(stdout.slice(stdout.indexOf('{')));
}

/** Returns the bound of the 99th percentile of a span's cost, in milliseconds. */
function bound(stock: Outcome): number {
	return Math.max(P99_MS, NOISE * reportOf(stock).p99);
}

const BACKENDS = [
	{ what: 'a scripted backend', there: true, open: undefined },
	{ what: 'a real Collector', there: binary !== undefined, open: collector },
];

describe.each(BACKENDS)('$what', ({ what, there, open }) => {
	(there ? describe : describe.skip).each(OUTAGE_SECONDS)('that is unreachable for %i seconds', (seconds) => {
		const outcomes = new Map<string, { ours: Outcome; stock: Outcome }>();

		beforeAll(async () => {
			// The processes sleep most of the time, so all of them run at once. The stock SDK is the control.
			const both = PROTOCOLS.map(async (protocol) => {
				// If the machine was too busy for the bound it is measured again; a loss counts in any round.
				const { ours, stock } = await firstThat(
					({ ours, stock }) => ours.lost > 0 || reportOf(ours).p99 < bound(stock),
					async () => {
						const kinds = ['ours', 'stock'] as const;
						const [ours, stock] = await Promise.all(
							kinds.map((kind) => outage(kind, protocol, seconds, 'short', open)),
						);
						if (ours === undefined || stock === undefined) throw new Error('There was no outage.');
						return { ours, stock };
					},
				);
				const summary = (who: string, one: Outcome) =>
					`${who}: lost ${one.lost} of ${one.made}, p99 of a span ${reportOf(one).p99.toFixed(3)} ms`;
				process.stdout.write(
					`outage of ${seconds} s, ${what}, ${protocol}: ${summary('ours', ours)}, twice ${ours.twice}; ${summary('stock', stock)}\n`,
				);
				outcomes.set(protocol, { ours, stock });
			});
			await Promise.all(both);
		}, 900_000);

		it.each(PROTOCOLS)('receives every span over %s, and at most one request twice', (protocol) => {
			const both = outcomes.get(protocol);
			if (both === undefined) throw new Error('There was no outage.');
			const { made, lost, twice } = both.ours;
			expect(lost).toBe(0);
			expect(twice).toBeLessThanOrEqual(BATCH);
			const { p99, stats } = reportOf(both.ours);
			expect(p99).toBeLessThan(bound(both.stock));
			expect(lawful(stats)).toMatchObject({ created: made, delivered: made, queued: 0, onDisk: 0, dropped: 0 });
		});
	});
});
