import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type Leaf, leavesOf, variableName } from '../../../config/schema/keys.js';
import { configSchema } from '../../../config/schema/schema.js';
import { ConfigRoom } from '../../support/config-room.js';

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

const LEAVES = leavesOf(configSchema).filter(({ schema }) => !(schema instanceof z.ZodCustom));

/** Values that no key of that kind accepts. A key that accepts any text has none. */
function wrongValues({ path }: Leaf): string[] {
	const key = path.join('.');
	if (['serviceName', 'serviceVersion', 'environment', 'autoInstrumentation'].includes(key)) return [];
	if (/\.(host|ca|cert|key|directory)$/.test(key) || /^(redact\.(keys|allow)|prometheus\.allowedHosts)$/.test(key))
		return [];
	if (key === 'resource') return ['x', '=a', 'a=1,b'];
	if (/headers$/.test(key)) return ['sesame', '=a', 'a=1,b'];
	if (/endpoint$/.test(key)) return ['ftp://x', 'http//x', 'http://'];
	if (key === 'redact.values') return ['ab', 'a', '*'];
	if (key === 'redact' || key === 'rules') return ['[{]', 'yes', '5'];
	return [')(', '-1x', 'http//x'];
}

describe('a wrong value is refused with the variable, what it got and what is legal', () => {
	const cases = LEAVES.flatMap((leaf) => wrongValues(leaf).map((value) => [variableName(leaf.path), value] as const));
	it('for nearly every variable', () => expect(new Set(cases.map(([name]) => name)).size).toBeGreaterThan(50));

	it.each(cases)('%s=%s', async (name, value) => {
		process.env[name] = value;
		const message = await room.refusal();
		expect(message).toMatch(new RegExp(`^The configuration is refused\\. ${name}: ".+" `));
		expect(message).toMatch(/legal|is not a|there is no such file/);
		expect(message.split('\n')).toHaveLength(1);
		expect(message).not.toContain('sesame');
	});
});

it.each([
	['AGENTESE_SAMPLING_RATE', '10', ' Default: 1.'],
	['AGENTESE_PRESET', 'jsn', ' Default: json.'],
	['AGENTESE_JSON_MAX_AGE', 'soon', ' Default: 604800000.'],
	['AGENTESE_OTLP_ENDPOINT', 'ftp://x', 'or "localhost:4317" for gRPC.'],
])('a refused value of %s is told with the default', async (name, value, end) => {
	process.env[name] = value;
	expect((await room.refusal()).endsWith(end)).toBe(true);
});

it('each variable is in the table of docs/configuration.md', () => {
	const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
	const missing = LEAVES.map(({ path }) => variableName(path)).filter(
		(name) => !page.includes(`\`${name}\``) && !/_(TRACES|METRICS|LOGS)_/.test(name),
	);
	expect(missing).toEqual([]);
});
