import { beforeAll, describe, expect, it } from '@jest/globals';
import { outage, spanNamesInJson } from '../../../scripts/arrives/cases.mjs';
import { lawful } from '../../../scripts/arrives/law.mjs';
import { backend } from '../../../scripts/backends.mjs';
import type { SignalCounts } from '../../../sdk/index.js';
import { firstThat } from '../../support/rounds.js';
import { startMortalCollector } from '../support/servers.js';

/** How long the backend is away, in seconds: OUTAGE_SECONDS=5,20,60 are the figures in the docs. */
const AWAY = (process.env['OUTAGE_SECONDS'] ?? '5').split(',').map(Number);

/** What an application would feel; a busy machine takes its time, as the stock SDK beside it tells. */
const P99_MS = 5;
const NOISE = 10;

/** One request, which may be sent twice where its answer was lost. */
const BATCH = 512;

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'];

const binary = await backend('collector');

type Outcome = Awaited<ReturnType<typeof outage>>;

/** A Collector that is killed, and started again on the same port; what its file exporter wrote is the witness. */
async function collector(protocol: string, port: number) {
	const { close, lines } = await startMortalCollector(binary ?? '', protocol, port);
	return { close, arrived: () => lines().flatMap(spanNamesInJson) };
}

/** What the application says at its end. */
function toldBy({ stdout }: Outcome): { p99: number; stats?: SignalCounts } {
	return JSON.parse(stdout.slice(stdout.indexOf('{')));
}

/** What a span may take in one case of a hundred. */
function bound(stock: Outcome): number {
	return Math.max(P99_MS, NOISE * toldBy(stock).p99);
}

const BACKENDS = [
	{ what: 'a backend of our own', there: true, open: undefined },
	{ what: 'a real Collector', there: binary !== undefined, open: collector },
];

describe.each(BACKENDS)('$what', ({ what, there, open }) => {
	(there ? describe : describe.skip).each(AWAY)('that is away for %i seconds', (seconds) => {
		const outcomes = new Map<string, { ours: Outcome; stock: Outcome }>();

		beforeAll(async () => {
			// They sleep for the most part, so all of them do it at once; the stock SDK beside ours is the control.
			const both = PROTOCOLS.map(async (protocol) => {
				// Where the machine was too busy for the bound it is measured again; what is lost is lost in any round.
				const { ours, stock } = await firstThat(
					({ ours, stock }) => ours.lost > 0 || toldBy(ours).p99 < bound(stock),
					async () => {
						const kinds = ['ours', 'stock'] as const;
						const [ours, stock] = await Promise.all(
							kinds.map((kind) => outage(kind, protocol, seconds, 'short', open)),
						);
						if (ours === undefined || stock === undefined) throw new Error('There was no outage.');
						return { ours, stock };
					},
				);
				const say = (who: string, one: Outcome) =>
					`${who}: lost ${one.lost} of ${one.made}, p99 of a span ${toldBy(one).p99.toFixed(3)} ms`;
				process.stdout.write(
					`outage of ${seconds} s, ${what}, ${protocol}: ${say('ours', ours)}, twice ${ours.twice}; ${say('stock', stock)}\n`,
				);
				outcomes.set(protocol, { ours, stock });
			});
			await Promise.all(both);
		}, 900_000);

		it.each(PROTOCOLS)('gets every span that was made over %s, and none twice but one request', (protocol) => {
			const both = outcomes.get(protocol);
			if (both === undefined) throw new Error('There was no outage.');
			const { made, lost, twice } = both.ours;
			expect(lost).toBe(0);
			expect(twice).toBeLessThanOrEqual(BATCH);
			const { p99, stats } = toldBy(both.ours);
			expect(p99).toBeLessThan(bound(both.stock));
			expect(lawful(stats)).toMatchObject({ made, written: made, queued: 0, onDisk: 0, dropped: 0 });
		});
	});
});
