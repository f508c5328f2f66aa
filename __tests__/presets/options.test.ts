import { expect, it } from '@jest/globals';
import type { z } from 'zod';
import type { DeliveryOptions } from '../../delivery/options.js';
import type { deliveryOptions } from '../../delivery/schema.js';
import type { ConsoleOptions } from '../../presets/console/options.js';
import type { consoleOptions } from '../../presets/console/schema.js';
import type { OtlpOptions } from '../../presets/contract/otlp-options.js';
import type { otlpOptions } from '../../presets/contract/otlp-schema.js';
import type { JaegerOptions } from '../../presets/jaeger/options.js';
import type { jaegerOptions } from '../../presets/jaeger/schema.js';
import type { JsonOptions } from '../../presets/json/options.js';
import type { jsonOptions } from '../../presets/json/schema.js';
import type { PrometheusOptions } from '../../presets/prometheus/options.js';
import type { prometheusOptions } from '../../presets/prometheus/schema.js';

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
		Same<DeliveryOptions, typeof deliveryOptions>,
		Same<JaegerOptions, typeof jaegerOptions>,
		Same<JsonOptions, typeof jsonOptions>,
		Same<OtlpOptions, typeof otlpOptions>,
		Same<PrometheusOptions, typeof prometheusOptions>,
	] = [true, true, true, true, true, true];
	expect(same).not.toContain(false);
});
