import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type HrTime, trace } from '@opentelemetry/api';
import { traced } from '../../../index.js';
import { platform } from '../../../lib/runtime/platform.js';
import { startTelemetry } from '../../../sdk/index.js';
import { anchorAt, timeAt, toMilliseconds } from '../../../sdk/spans/span-clock.js';
import { spansOf, temporary } from '../../support/children.js';

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => {
	jest.restoreAllMocks();
	trace.disable();
	rmSync(directory, { recursive: true, force: true });
});

/** A span as the json preset writes it, with its times as numbers. */
function timesOf(span: { readonly [key: string]: unknown }): { readonly start: bigint; readonly end: bigint } {
	return { start: BigInt(String(span['startTimeUnixNano'])), end: BigInt(String(span['endTimeUnixNano'])) };
}

describe('two awaited children below one parent', () => {
	/** Creates a child of one kind: an invocation, or a span of the SDK's own class that a library starts. */
	const KINDS = {
		invocation: (name: string) => traced(async () => void (await sleep(Math.random())), { name }),
		'span of a library': (name: string) => () =>
			trace.getTracer('library').startActiveSpan(name, async (span) => {
				await sleep(Math.random());
				span.end();
			}),
	} as const;
	const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
	const cases = kinds.flatMap((outer) => kinds.map((inner) => [outer, inner] as const));

	it.each(cases)(
		'do not overlap, and do not end after it: %s around %s',
		async (outer, inner) => {
			const telemetry = await startTelemetry({ preset: 'json', json: { directory } });
			const [first, second] = [KINDS[inner]('first'), KINDS[inner]('second')];
			const children = async () => {
				await first();
				await second();
			};
			const parent =
				outer === 'invocation'
					? traced(children, { name: 'parent' })
					: () =>
							trace.getTracer('library').startActiveSpan('parent', async (span) => {
								await children();
								span.end();
							});
			for (let i = 0; i < 300; i++) await parent();
			await telemetry.shutdown();
			const spans = spansOf(directory) as unknown as { [key: string]: unknown }[];
			const parents = spans.filter(({ name }) => name === 'parent');
			expect(parents).toHaveLength(300);
			const wrong = parents.filter((span) => {
				const own = timesOf(span);
				const below = spans
					.filter(({ parentSpanId }) => parentSpanId === span['spanId'])
					.map((child) => ({
						name: child['name'],
						...timesOf(child),
					}));
				const [a, b] = [below.find(({ name }) => name === 'first'), below.find(({ name }) => name === 'second')];
				if (a === undefined || b === undefined) throw new Error('a child is missing');
				return own.start > a.start || a.end > b.start || b.end > own.end;
			});
			expect(wrong).toEqual([]);
		},
		60_000,
	);
});

describe('the anchor', () => {
	/** Two clocks that the test sets: the wall clock in milliseconds, and the monotonic one. */
	let wall: number;
	let monotonic: number;
	beforeEach(() => {
		jest.spyOn(platform, 'dateNow').mockImplementation(() => Math.floor(wall));
		jest.spyOn(platform, 'performanceNow').mockImplementation(() => monotonic);
		// Far from the clocks of the tests before.
		wall = 2_000_000_000_000.4;
		monotonic = 1_000_000_000;
		anchorAt(monotonic, undefined);
		pass(1000);
	});

	/** Lets time pass on both clocks, with a reading every 10 ms. */
	function pass(ms: number): void {
		for (let passed = 0; passed < ms; passed += 10.1) {
			wall += 10.1;
			monotonic += 10.1;
			anchorAt(monotonic, undefined);
		}
	}

	const now = (inherited?: HrTime): number => toMilliseconds(timeAt(anchorAt(monotonic, inherited), monotonic));

	it('converges to the time between two whole milliseconds of the wall clock', () => {
		expect(Math.abs(now() - wall)).toBeLessThan(0.2);
	});

	it('follows a wall clock that is set forward, except in a trace that is running', () => {
		const running = anchorAt(monotonic, undefined);
		const before = now();
		wall += 500;
		pass(20);
		expect(Math.abs(now() - wall)).toBeLessThanOrEqual(1);
		expect(now(running) - before).toBeLessThan(50);
	});

	it('follows a wall clock that is set back, except in a trace that is running', () => {
		const running = anchorAt(monotonic, undefined);
		const before = now();
		wall -= 3_600_000;
		pass(20);
		expect(Math.abs(now() - wall)).toBeLessThanOrEqual(1);
		expect(now(running)).toBeGreaterThan(before);
	});

	it('moves a running trace to the true time after the machine was suspended', () => {
		const running = anchorAt(monotonic, undefined);
		// The monotonic clock of Linux stops while the machine is suspended.
		wall += 3_600_000;
		pass(20);
		expect(Math.abs(now(running) - wall)).toBeLessThanOrEqual(1);
	});

	it('is not moved by a reading that took long', () => {
		const before = anchorAt(monotonic, undefined);
		monotonic += 20;
		wall += 20;
		const at = monotonic;
		jest.spyOn(platform, 'dateNow').mockImplementationOnce(() => {
			// The thread does not run for 5 s between the two readings.
			wall += 5000;
			monotonic += 5000;
			return Math.floor(wall);
		});
		expect(anchorAt(at, undefined)).toEqual(before);
	});
});

describe('timeAt', () => {
	it('never decreases, and carries nanoseconds into seconds', () => {
		const anchor: HrTime = [1_700_000_000, 999_999_999];
		expect(timeAt(anchor, 0)).toEqual([1_700_000_000, 999_999_999]);
		expect(timeAt(anchor, 0.000_001)).toEqual([1_700_000_001, 0]);
		expect(timeAt(anchor, 1500)).toEqual([1_700_000_002, 499_999_999]);
		expect(timeAt([5, 0], -0.5)).toEqual([4, 999_500_000]);
	});
});
