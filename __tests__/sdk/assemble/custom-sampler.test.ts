import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { traceInvocation } from '../../../index.js';
import { startTelemetry } from '../../../sdk/index.js';
import { temporary } from '../../support/children.js';

const SAMPLER = `
const seen = [];
export const preset = {
	name: 'picky',
	create: () => ({
		sampler: {
			shouldSample(_context, _traceId, name, _kind, attributes) {
				seen.push([name, { ...attributes }]);
				return { decision: attributes['agentese.context'] === 'self' ? 2 : 0 };
			},
			toString: () => 'picky',
		},
	}),
};
globalThis.pickySeen = seen;`;

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it("a preset's own sampler receives the attributes of an invocation at its start, and decides by them", async () => {
	const module = join(directory, 'picky.mjs');
	writeFileSync(module, SAMPLER);
	const telemetry = await startTelemetry({ preset: ['json', module as `/${string}`], json: { directory } });
	await traceInvocation('self.soul.challenge', () => 'kept');
	await traceInvocation('world.house.manifest', () => 'dropped');
	await telemetry.shutdown();
	const { pickySeen: seen } = globalThis as { pickySeen?: unknown };
	expect(seen).toEqual([
		[
			'agentese.invoke',
			expect.objectContaining({ 'agentese.path': 'self.soul.challenge', 'agentese.context': 'self' }),
		],
		['agentese.invoke', expect.objectContaining({ 'agentese.path': 'world.house.manifest' })],
	]);
	expect(telemetry.stats().spans.created).toBe(1);
});
