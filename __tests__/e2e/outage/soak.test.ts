import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ROOT } from '../../../scripts/fresh.mjs';
import { run } from '../../../scripts/run.mjs';

/** The number of invocations; `npm run soak` runs a million. */
const INVOCATIONS = Number(process.env['SOAK_INVOCATIONS'] ?? 50_000);

it(
	`${INVOCATIONS} invocations with outages of the backend are all delivered, with constant memory`,
	async () => {
		const { code, output } = await run('node', [join(ROOT, 'scripts/soak.mjs'), String(INVOCATIONS)]);
		process.stdout.write(output);
		expect(code).toBe(0);
		expect(output).toMatch(`${INVOCATIONS} invocations, 4 outages: 0 lost, `);
	},
	30 * 60_000,
);
