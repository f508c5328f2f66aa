import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Span, trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { Resolver, Traced } from '../../../index.js';
import { startTelemetry } from '../../../sdk/index.js';
import { FastSpan } from '../../../sdk/spans/fast-span.js';
import { spansOf, temporary } from '../../support/children.js';

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => {
	trace.disable();
	rmSync(directory, { recursive: true, force: true });
});

@Resolver('self.soul')
class Soul {
	@Traced()
	ask(): Span | undefined {
		return trace.getActiveSpan();
	}
}

describe('while telemetry runs', () => {
	it("the toolkit's spans are FastSpans, all others the SDK's, and both are exported", async () => {
		const telemetry = await startTelemetry({ preset: 'json', json: { directory } });
		const other = trace.getTracer('application').startSpan('other');
		other.end();
		expect([new Soul().ask() instanceof FastSpan, other instanceof FastSpan]).toEqual([true, false]);
		await telemetry.shutdown();
		expect(spansOf(directory).map(({ name }) => name)).toEqual(['other', 'agentese.invoke']);
	});

	it('they are those of a provider that is registered later', async () => {
		const telemetry = await startTelemetry({ preset: 'json', json: { directory } });
		expect(new Soul().ask()).toBeInstanceOf(FastSpan);
		trace.disable();
		trace.setGlobalTracerProvider(new TracerProvider());
		expect(new Soul().ask()).not.toBeInstanceOf(FastSpan);
		trace.disable();
		await telemetry.shutdown();
		expect(spansOf(directory).length).toBe(1);
	});
});
