import { inspect } from 'node:util';
import type { TelemetryConfig } from '../config/schema/config.js';
import { nearest } from '../lib/agentese/errors/nearest.js';
import { platform } from '../lib/runtime/platform.js';
import { type Assembly, assembleInMemory } from './assemble.js';
import { addObservables } from './flows/meters.js';
import { install, registerFor, uninstall } from './flows/registry.js';
import { closeScope, enterScope, openScope, openScopes, runInScope, type Scope } from './flows/scope.js';
import { ManualClock } from './recording/manual-clock.js';
import { RecordedTelemetry } from './telemetry.js';
import type { TestTelemetry } from './views/test-telemetry.js';

/**
 * How a test differs from production beside its config.
 *
 * @example
 * ```ts
 * import { traced } from 'agentese-otel';
 * import { type TestOptions, testTelemetry } from 'agentese-otel/testing';
 *
 * const options: TestOptions = { seed: 1, clock: new Date('2026-01-01') };
 * await using t = await testTelemetry({}, options);
 * traced(() => t.advance(250), 'wait')();
 * t.spans[0]?.duration; // => [0, 250_000_000]
 * ```
 */
export interface TestOptions {
	/**
	 * Makes ids the same in every run: an integer from which trace ids and span ids are generated, in the order in which
	 * spans start. @default random ids
	 */
	readonly seed?: number | undefined;
	/**
	 * Stops the toolkit's clock at this time, a date or milliseconds since 1970; `advance()` of the test telemetry advances
	 * it. @default the clock of the machine
	 */
	readonly clock?: Date | number | undefined;
}

const OPTIONS: readonly string[] = ['seed', 'clock'] satisfies (keyof TestOptions)[];

/**
 * Records in memory what the running asynchronous flow does from now on, processed as in production: rules, redaction,
 * capture, conventions, observers and rates apply; presets, files, ports and environment variables do not. Tests that run at
 * the same time record apart, each in its own flow.
 *
 * The config is that of the project's config file, below the argument. `sampling.rate` is 1 unless the argument sets it.
 * No other SDK is needed; one that is registered receives nothing of this flow meanwhile.
 *
 * @param config - a config, or the path of a config file. @default the project's config file alone
 * @param options - what makes runs alike. @default random ids, and the clock of the machine
 * @returns a promise of what is recorded
 * @throws ConfigurationError (as a rejection) with all faults of the config
 * @throws TypeError (as a rejection) if an option is wrong
 *
 * @example
 * ```ts
 * import { traced } from 'agentese-otel';
 * import { testTelemetry } from 'agentese-otel/testing';
 *
 * await using t = await testTelemetry();
 * traced(() => 'done', { path: 'world.garden.prune' })();
 * t.invocation('world.garden.prune').outcome; // => 'ok'
 * ```
 */
export async function testTelemetry(
	config?: TelemetryConfig | string,
	options: TestOptions = {},
): Promise<TestTelemetry> {
	const { seed, clock } = checked(options);
	// Before the first await: the flow of the caller is entered, and not only that of this function.
	const scope = enterScope();
	let assembly: Assembly;
	try {
		assembly = await assembleInMemory(config, seed);
	} catch (error) {
		closeScope(scope);
		throw error;
	}
	try {
		return open(scope, assembly, clock);
	} catch (error) {
		closeScope(scope);
		if (openScopes().size === 0) uninstall();
		throw error;
	}
}

/** Opens the scope, in one turn. */
function open(scope: Scope, assembly: Assembly, clock: ManualClock | undefined): TestTelemetry {
	install();
	registerFor(scope, assembly.providers);
	openScope(scope);
	return runInScope(scope, () => {
		if (clock !== undefined) {
			const { dateNow, performanceNow, timeOrigin } = clock;
			Object.assign(platform, { dateNow, performanceNow, timeOrigin });
		}
		assembly.configure();
		addObservables(scope);
		return new RecordedTelemetry(scope, assembly, clock);
	});
}

/** Checks the options. @throws TypeError with the option, the rule and what it got */
function checked(options: TestOptions): { seed: number | undefined; clock: ManualClock | undefined } {
	for (const key of Object.keys(options)) {
		if (OPTIONS.includes(key)) continue;
		const [near] = nearest(key, OPTIONS, 1);
		const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
		throw new TypeError(`The options of testTelemetry() are seed and clock; it got "${key}".${hint}`);
	}
	const { seed, clock } = options;
	if (seed !== undefined && !Number.isInteger(seed)) {
		throw new TypeError(`The option seed must be an integer; it got ${inspect(seed)}.`);
	}
	const start = clock === undefined ? 0 : Number(clock);
	if (!(Number.isFinite(start) && (clock === undefined || typeof clock === 'number' || clock instanceof Date))) {
		throw new TypeError(`The option clock must be a date or milliseconds since 1970; it got ${inspect(clock)}.`);
	}
	return { seed, clock: clock === undefined ? undefined : new ManualClock(start) };
}
