import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigurationError, loadConfig, type TelemetryConfig } from '../../sdk/index.js';
import { ConfigRoom } from '../support/config-room.js';

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

/** The message with `<cwd>` in place of the directory. It is never long, whatever the config is. */
async function refusal(argument?: unknown): Promise<string> {
	const message = await room.refusal(argument as TelemetryConfig);
	expect(message.length).toBeLessThan(30_000);
	return message;
}

const DEEP = 1_000_000;
const keys = (count: number, name = 'k') => Object.fromEntries(Array.from({ length: count }, (_, i) => [name + i, 1]));

describe('a config file that is too large or too deep is refused', () => {
	const TOO_LARGE =
		/^The configuration is refused\. <cwd>\/agentese\.config\.\w+: it has \d+ bytes; legal: at most 65536\./;
	const NO_VALUES = /it has more than 10000 values|is not valid (YAML|JSON)|has more than 64 levels/;
	it.each<[string, string, string, RegExp]>([
		[
			'100,000 keys',
			'yaml',
			`resource:\n${Array.from({ length: 100_000 }, (_, i) => `  k${i}: v`).join('\n')}`,
			TOO_LARGE,
		],
		['20,000 faults', 'yaml', `rules: [${Array(20_000).fill('{ match: 5, nonsense: 1 }').join(',')}]`, TOO_LARGE],
		['a depth of 1,000,000', 'json', `{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`, TOO_LARGE],
		['lists in lists', 'yaml', `a: ${'['.repeat(65_000)}`, NO_VALUES],
		['maps in maps', 'yaml', '{a: '.repeat(16_000), NO_VALUES],
		['lists in lists, without brackets', 'yaml', '- '.repeat(32_000), NO_VALUES],
		['complex keys in complex keys', 'yaml', '? '.repeat(32_000), NO_VALUES],
		['lists in lists of JSON', 'json', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, NO_VALUES],
		['aliases that multiply', 'yaml', bomb(), /alias|values/],
		['16,000 list items', 'json', `{"rules":[${Array(16_000).fill('1').join(',')}]}`, NO_VALUES],
	])('%s as %s', async (_name, format, text, reason) => {
		room.write(`agentese.config.${format}`, text);
		expect(await refusal()).toMatch(reason);
	});

	it('1 GB, of which nothing is read', async () => {
		truncateSync(room.write('agentese.config.yaml', ''), 2 ** 30);
		expect(await refusal()).toMatch(TOO_LARGE);
	});
});

/** Aliases of which each stands for ten of the one before. */
function bomb(): string {
	const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`);
	return `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${lines.join('\n')}\n`;
}

describe('a config that is no file is refused, and never waited for', () => {
	const path = () => join(room.cwd, 'agentese.config.yaml');
	it.each<[string, (path: string) => void, string]>([
		['a directory', (at) => mkdirSync(at), 'it is a directory, and a config is a file.'],
		['a pipe', (at) => execFileSync('mkfifo', [at]), 'it is a pipe, a socket or a device, and a config is a file.'],
		['a device', (at) => symlinkSync('/dev/zero', at), 'it is a pipe, a socket or a device, and a config is a file.'],
	])('%s', async (_name, make, reason) => {
		make(path());
		expect(await refusal()).toBe(`The configuration is refused. <cwd>/agentese.config.yaml: ${reason}`);
	});

	it('the same for one that is named, for package.json and for ~/.kgents/telemetry.yaml', async () => {
		execFileSync('mkfifo', [join(room.cwd, 'pipe.yaml')]);
		expect(await refusal('pipe.yaml')).toContain('<cwd>/pipe.yaml: it is a pipe');
		rmSync(join(room.cwd, 'package.json'));
		execFileSync('mkfifo', [join(room.cwd, 'package.json')]);
		expect(await refusal()).toContain('<cwd>/package.json: it is a pipe');
		mkdirSync(join(room.home, '.kgents'));
		symlinkSync('/dev/zero', join(room.home, '.kgents/telemetry.yaml'));
		rmSync(join(room.cwd, 'package.json'));
		expect(await refusal()).toContain('<home>/.kgents/telemetry.yaml: it is a pipe, a socket or a device');
	});
});

describe('a config in code that is too large or too deep is refused', () => {
	const deep = () => {
		let value: unknown = 1;
		for (let i = 0; i < DEEP; i++) value = [value];
		return value;
	};
	const circular: Record<string, unknown> = {};
	circular['resource'] = circular;
	it.each<[string, () => unknown, string]>([
		['100,000 keys', () => ({ resource: keys(100_000) }), 'it has more than 10000 values; a config has a few.'],
		[
			'a depth of 1,000,000',
			() => ({ rules: deep() }),
			'it has more than 64 levels of sections and lists; a config has a few.',
		],
		[
			'an object that contains itself',
			() => circular,
			'it has more than 64 levels of sections and lists; a config has a few.',
		],
	])('%s', async (_name, config, reason) => {
		expect(await refusal(config())).toBe(`The configuration is refused. argument: ${reason}`);
	});
});

describe('a config with many faults is refused with the first ones, and their number', () => {
	it.each<[string, unknown, number]>([
		['5,000 unknown keys', keys(5000, 'samplng'), 5000],
		['2,000 rules with 2 faults each', { rules: Array(2000).fill({ match: 5, nonsense: 1 }) }, 4000],
		['9,000 values that are not legal', { rules: Array(9000).fill(1) }, 9000],
	])('%s', async (_name, config, count) => {
		const lines = (await refusal(config)).split('\n');
		expect(lines[0]).toBe(`The configuration is refused, with ${count} faults.`);
		expect(lines).toHaveLength(52);
		expect(lines.at(-1)).toBe(`  and ${count - 50} more.`);
	});

	it('from a file, each with its line', async () => {
		writeFileSync(
			join(room.cwd, 'agentese.config.yaml'),
			Object.keys(keys(3000, 'samplng'))
				.map((key) => `${key}: 1`)
				.join('\n'),
		);
		const error = await loadConfig(undefined, { cwd: room.cwd, home: room.home }).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(ConfigurationError);
		const { faults, message } = error as ConfigurationError;
		expect(message).toContain('with 3000 faults.');
		expect(faults.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
	});
});
