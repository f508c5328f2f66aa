import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { traced } from '../../../index.js';
import { heldRules } from '../../../lib/rules/rules.js';
import { assemble } from '../../../sdk/assemble/assemble.js';
import { loadConfig, startTelemetry } from '../../../sdk/index.js';
import { startRules } from '../../../sdk/lifecycle/engine-settings.js';
import { bundle, runChild, spansOf, temporary } from '../../support/children.js';
import { heard } from '../../support/providers.js';

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

	it('switch off, rename and sample; one that matches nothing is said once, at the end of the process at the latest', async () => {
		const directory = join(parent, 'telemetry');
		const env = { BUNDLE: built.url, DIR: directory };
		const { code, stdout, stderr } = await runChild('rules.mjs', { cwd: parent, env });
		expect([code, stdout, stderr]).toEqual([0, '{}\n', `${sentence('wrold.**', ' Did you mean "world.**"?')}\n`]);
		expect(spansOf(directory).map(({ name }) => name)).toEqual(['asked', 'agentese.invoke']);
	});

	it('are refused with their key where the pattern is none, and nothing is started', async () => {
		const directory = join(parent, 'telemetry');
		const config = { preset: ['json' as const], json: { directory }, rules: [{ match: 'Soul.get*', enabled: false }] };
		await expect(startTelemetry(config)).rejects.toThrow(
			'"rules[0].match" got \'Soul.get*\'; legal: the glob of a path, such as "world.**", or a method, such as ' +
				'"Soul.challenge"; a star is a whole segment.',
		);
		expect(heldRules()).toEqual([]);
		const { config: right } = await loadConfig({ rules: [{ match: 'Soul.*', enabled: false }] });
		expect(right.rules).toEqual([{ match: 'Soul.*', enabled: false }]);
	});

	it('hold while telemetry runs, and no longer', async () => {
		const rules = [{ match: '**', name: 'x' }];
		const telemetry = await startTelemetry({ json: { directory: join(parent, 'telemetry') }, rules });
		traced(() => undefined, { path: 'self.soul.ask' })();
		expect(heldRules().map(({ rule }) => rule)).toEqual(rules);
		expect(telemetry.stats().unmatchedRules).toEqual([]);
		await telemetry.shutdown();
		expect(heldRules()).toEqual([]);
	});
});

describe('startRules()', () => {
	const said: string[] = [];
	beforeEach(() => {
		jest.useFakeTimers();
		const note = (message: string) => void said.push(message);
		const logger = { error: note, warn: note, info: note, debug: note, verbose: note };
		diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
	});
	afterEach(() => {
		diag.disable();
		jest.useRealTimers();
		said.length = 0;
	});

	it('says what matched nothing after the first minute, and not again at the end', () => {
		const { stop, unmatched } = startRules([{ match: 'nobody.home', name: 'x' }]);
		expect(unmatched()).toEqual(['nobody.home']);
		jest.advanceTimersByTime(59_999);
		expect(said).toEqual([]);
		jest.advanceTimersByTime(1);
		expect(said).toEqual([sentence('nobody.home')]);
		stop();
		expect([said.length, unmatched()]).toEqual([1, ['nobody.home']]);
	});

	it('says it at the end where that comes first, and leaves no timer and no listener behind', () => {
		const listeners = process.listenerCount('exit');
		const { stop } = startRules([{ match: 'nobody.there', name: 'x' }]);
		expect([jest.getTimerCount(), process.listenerCount('exit')]).toEqual([1, listeners + 1]);
		stop();
		expect([jest.getTimerCount(), process.listenerCount('exit')]).toEqual([0, listeners]);
		expect(said).toEqual([sentence('nobody.there')]);
	});
});

describe('the rate of a rule', () => {
	const rules = [{ match: 'self.**', rate: 0.5 }];
	const OFF = (who: string) =>
		`agentese-otel: the "rate" of a rule has no effect here: ${who} decides which traces are kept. "enabled" and "name" ` +
		'hold.';
	let parent: string;
	let said: string[];
	beforeEach(() => {
		parent = temporary();
		said = heard();
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

	it('is heeded by the sampler of the presets', async () => {
		expect(await samplerOf()).toMatch(/^ModelCallSampler\{ParentBased\{root=RuleSampler\{AlwaysOnSampler/);
		expect(said).toEqual([]);
	});

	it('has no effect where OTEL_TRACES_SAMPLER decides, which is said', async () => {
		process.env['OTEL_TRACES_SAMPLER'] = 'always_on';
		expect(await samplerOf()).toBe('ModelCallSampler{AlwaysOnSampler}');
		expect(said).toEqual([OFF('OTEL_TRACES_SAMPLER')]);
	});

	it("has no effect where a preset's own sampler decides, which is said", async () => {
		writeFileSync(
			join(parent, 'mine.mjs'),
			"export default { name: 'mine', make: () => ({ sampler: { shouldSample() {}, toString: () => 'Mine' } }) };",
		);
		expect(await samplerOf('./mine.mjs')).toBe('ModelCallSampler{Mine}');
		expect(said).toEqual([OFF("a preset's own sampler")]);
	});
});
