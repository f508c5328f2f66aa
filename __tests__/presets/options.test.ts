import { expect, it } from '@jest/globals';
import type { z } from 'zod';
import type { ConsoleOptions, consoleOptions } from '../../presets/console/options.js';
import type { OtlpOptions, otlpOptions } from '../../presets/contract/otlp-options.js';
import type { JaegerOptions, jaegerOptions } from '../../presets/jaeger/options.js';
import type { JsonOptions, jsonOptions } from '../../presets/json/options.js';
import type { PrometheusOptions, prometheusOptions } from '../../presets/prometheus/options.js';

type Schema = (...args: never[]) => z.ZodType;

/** True if the options are exactly what the schema accepts. */
type Same<Options, S extends Schema> = [Options] extends [z.input<ReturnType<S>>]
	? [z.input<ReturnType<S>>] extends [Options]
		? true
		: false
	: false;

it('the published types of the options are what the schemas accept', () => {
	// The types check this: with `false` among them the list does not compile.
	const same: [
		Same<ConsoleOptions, typeof consoleOptions>,
		Same<JaegerOptions, typeof jaegerOptions>,
		Same<JsonOptions, typeof jsonOptions>,
		Same<OtlpOptions, typeof otlpOptions>,
		Same<PrometheusOptions, typeof prometheusOptions>,
	] = [true, true, true, true, true];
	expect(same).not.toContain(false);
});
