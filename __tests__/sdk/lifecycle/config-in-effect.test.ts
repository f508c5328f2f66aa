import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Resolver, Traced } from '../../../index.js';
import { startTelemetry, type TelemetryConfig } from '../../../sdk/index.js';
import { lastMetrics, spansOf, temporary } from '../../support/children.js';

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

@Resolver('self.keeper')
class Keeper {
	@Traced()
	keep(_umwelt: unknown, text: string): string {
		return text.repeat(100);
	}

	@Traced({ metered: true, capture: 'off' })
	count(_umwelt: unknown, _text: string): number {
		return 1;
	}
}

/** Calls both methods under a config; returns the captured arguments and results, and the counts of invocations. */
async function recorded(more: TelemetryConfig) {
	const telemetry = await startTelemetry({ preset: 'json', json: { directory }, ...more });
	new Keeper().keep({ id: 'kent' }, 'rose');
	new Keeper().count({ id: 'kent' }, 'rose');
	await telemetry.shutdown();
	const textOf = (key: string) =>
		spansOf(directory).map(({ attributes }) => {
			const value = attributes.find((attribute) => attribute.key === key)?.value as { stringValue?: string };
			return value?.stringValue;
		});
	return {
		arguments: textOf('agentese.arguments'),
		results: textOf('agentese.return_value'),
		counts: lastMetrics(directory)['agentese.invocations'],
	};
}

it('by default both methods are counted, and nothing is captured', async () => {
	expect(await recorded({})).toEqual({
		arguments: [undefined, undefined],
		results: [undefined, undefined],
		// The last two are the series of errors.
		counts: [1, 1, 0, 0],
	});
});

it('metered: false leaves the count to the option of a method, and capture sets each side and its limits', async () => {
	const {
		arguments: args,
		results,
		counts,
	} = await recorded({
		metered: false,
		capture: { result: 'full', maxBytes: 100 },
	});
	expect(args).toEqual([undefined, undefined]);
	expect(results).toEqual([expect.stringMatching(/^"rose.{30,60}…\[cut \d+ characters\]"$/), undefined]);
	expect(counts).toEqual([1, 0]);
});
