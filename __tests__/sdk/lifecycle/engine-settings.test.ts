import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { traced } from '../../../index.js';
import { activeRules } from '../../../lib/rules/rules.js';
import { assemble } from '../../../sdk/assemble/assemble.js';
import { loadConfig, startTelemetry } from '../../../sdk/index.js';
import { startRules } from '../../../sdk/lifecycle/engine-settings.js';
import { bundle, runChild, spansOf, temporary } from '../../support/children.js';
import { useFakeTimers, useRealTimers } from '../../support/platform.js';
import { captureLogs } from '../../support/providers.js';

const sentence = (match: string, hint = '') =>
	`agentese-otel: the rule for "${match}" has matched nothing that was declared or called so far. Rules match the ` +
	`template of a path, where an entity is "*", and Class.method.${hint}`;

describe('rules in a config', () => {
	let built: Awaited<ReturnType<typeof bundle>>;
	let parent: string;
	beforeAll(async () => {
		built = await bundle();
	});
	afterAll(() => built.remove());
	beforeEach(() => {
		parent = temporary();
	});
	afterEach(() => rmSync(parent, { recursive: true, force: true }));

	it('disable, rename and sample; one that matches nothing is logged once, at the end of the process at the latest', async () => {
		const directory = join(parent, 'telemetry');
		const env = { BUNDLE: built.url, DIR: directory };
		const { code, stdout, stderr } = await runChild('rules.mjs', { cwd: parent, env });
		expect([code, stdout, stderr]).toEqual([0, '{}\n', `${sentence('wrold.**', ' Did you mean "world.**"?')}\n`]);
		expect(spansOf(directory).map(({ name }) => name)).toEqual(['asked', 'agentese.invoke']);
	});

	it('are refused with their key if the pattern is invalid, and nothing is started', async () => {
		const directory = join(parent, 'telemetry');
		const config = { preset: ['json' as const], json: { directory }, rules: [{ match: 'Soul.get*', enabled: false }] };
		await expect(startTelemetry(config)).rejects.toThrow(
			'"rules[0].match" got \'Soul.get*\'; legal: the glob of a path, such as "world.**", or a method, such as ' +
				'"Soul.challenge"; a star is a whole segment.',
		);
		expect(activeRules()).toEqual([]);
		const { config: right } = await loadConfig({ rules: [{ match: 'Soul.*', enabled: false }] });
		expect(right.rules).toEqual([{ match: 'Soul.*', enabled: false }]);
	});

	it('apply only while telemetry runs', async () => {
		const rules = [{ match: '**', name: 'x' }];
		const telemetry = await startTelemetry({ json: { directory: join(parent, 'telemetry') }, rules });
		traced(() => undefined, { path: 'self.soul.ask' })();
		expect(activeRules().map(({ rule }) => rule)).toEqual(rules);
		expect(telemetry.stats().unmatchedRules).toEqual([]);
		await telemetry.shutdown();
		expect(activeRules()).toEqual([]);
	});
});

describe('startRules()', () => {
	const logged: string[] = [];
	beforeEach(() => {
		useFakeTimers();
		const note = (message: string) => void logged.push(message);
		const logger = { error: note, warn: note, info: note, debug: note, verbose: note };
		diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
	});
	afterEach(() => {
		diag.disable();
		useRealTimers();
		logged.length = 0;
	});

	it('logs what matched nothing after the first minute, and not again at the end', () => {
		const { stop, unmatched } = startRules([{ match: 'nobody.home', name: 'x' }]);
		expect(unmatched()).toEqual(['nobody.home']);
		jest.advanceTimersByTime(59_999);
		expect(logged).toEqual([]);
		jest.advanceTimersByTime(1);
		expect(logged).toEqual([sentence('nobody.home')]);
		stop();
		expect([logged.length, unmatched()]).toEqual([1, ['nobody.home']]);
	});

	it('logs it at the end if that comes first, and removes its timer and its listener', () => {
		const listeners = process.listenerCount('exit');
		const { stop } = startRules([{ match: 'nobody.there', name: 'x' }]);
		expect([jest.getTimerCount(), process.listenerCount('exit')]).toEqual([1, listeners + 1]);
		stop();
		expect([jest.getTimerCount(), process.listenerCount('exit')]).toEqual([0, listeners]);
		expect(logged).toEqual([sentence('nobody.there')]);
	});
});

describe('the rate of a rule', () => {
	const rules = [{ match: 'self.**', rate: 0.5 }];
	const OFF = (who: string) =>
		`agentese-otel: the "rate" of a rule has no effect here: ${who} decides which traces are kept. "enabled" and "name" ` +
		'apply.';
	let parent: string;
	let logged: string[];
	beforeEach(() => {
		parent = temporary();
		logged = captureLogs();
	});
	afterEach(() => {
		diag.disable();
		delete process.env['OTEL_TRACES_SAMPLER'];
		rmSync(parent, { recursive: true, force: true });
	});
	const samplerOf = async (preset = 'none') => {
		const loaded = await loadConfig({ preset, rules }, { cwd: parent, home: parent });
		const { configuration } = await assemble(loaded);
		return String(configuration.sampler);
	};

	it('applies with the sampler of the presets', async () => {
		expect(await samplerOf()).toMatch(/^ModelCallSampler\{ParentBased\{root=RuleSampler\{AlwaysOnSampler/);
		expect(logged).toEqual([]);
	});

	it('has no effect if OTEL_TRACES_SAMPLER decides, which is logged', async () => {
		process.env['OTEL_TRACES_SAMPLER'] = 'always_on';
		expect(await samplerOf()).toBe('ModelCallSampler{AlwaysOnSampler}');
		expect(logged).toEqual([OFF('OTEL_TRACES_SAMPLER')]);
	});

	it("has no effect if a preset's own sampler decides, which is logged", async () => {
		writeFileSync(
			join(parent, 'mine.mjs'),
			"export default { name: 'mine', create: () => ({ sampler: { shouldSample() {}, toString: () => 'Mine' } }) };",
		);
		expect(await samplerOf('./mine.mjs')).toBe('ModelCallSampler{Mine}');
		expect(logged).toEqual([OFF("a preset's own sampler")]);
	});
});
