import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bundle, linesOf, runChild, temporary } from '../../support/children.js';

let built: Awaited<ReturnType<typeof bundle>>;
const directories: string[] = [];

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => {
	built.remove();
	for (const directory of directories) rmSync(directory, { recursive: true });
});

interface Scope {
	readonly scope: { readonly name: string };
	readonly metrics: readonly Measured[];
}

interface Measured {
	readonly name: string;
	readonly sum?: { readonly dataPoints: readonly Point[] };
	readonly histogram?: { readonly dataPoints: readonly Point[] };
}

interface Point {
	readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
	readonly asDouble?: number;
	readonly asInt?: number;
	readonly count?: number;
	readonly bucketCounts?: readonly number[];
}

/** Returns each collection as the values of each function, by scope and metric. */
function collections(directory: string) {
	return linesOf(directory, 'metrics').map((line) => {
		const scopes = (line.resourceMetrics ?? []).flatMap(({ scopeMetrics }) => scopeMetrics as unknown as Scope[]);
		const values = scopes.flatMap(({ scope, metrics }) =>
			metrics.flatMap(({ name, sum, histogram }) =>
				(sum ?? histogram)?.dataPoints.map(({ attributes, asDouble, asInt, count, bucketCounts = [] }) => {
					const functionName = attributes.find(({ key }) => key === 'code.function.name')?.value.stringValue;
					const inBuckets = bucketCounts.reduce((a, b) => a + Number(b), 0);
					return [
						`${scope.name} ${name} ${functionName}`,
						count === undefined ? (asInt ?? asDouble) : [Number(count), inBuckets],
					];
				}),
			),
		);
		return Object.fromEntries(values.map((entry) => entry ?? []));
	});
}

const OWN = 'agentese-otel agentese';
const OTHER = 'agentese-otel/60000 agentese';
/** The content of a collection; each collection runs a callback, which calls `call` once more. */
const after = (calls: number, collected: number) => ({
	[`${OWN}.invocations call`]: calls + collected,
	[`${OWN}.invocations quick`]: calls,
	[`${OWN}.invoke.duration call`]: [calls + collected, calls + collected],
	[`${OTHER}.invoke.duration quick`]: [calls, calls],
	[`${OWN}.invoke.active call`]: 0,
	[`${OWN}.invoke.active quick`]: 0,
	[`${OWN}.invoke.active open`]: 2,
});

it.each([
	['at once', [after(10, 1)]],
	['after a flush', [after(10, 1), after(20, 2)]],
])('a process that exits %s has written every call that it counted', async (how, expected) => {
	const directory = temporary();
	directories.push(directory);
	const ended = await runChild('metered-ends.mjs', { args: [how], env: { BUNDLE: built.url, DIR: directory } });
	expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
	expect(collections(directory)).toEqual(expected);
});
