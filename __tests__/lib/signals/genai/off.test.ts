import { expect, it } from '@jest/globals';
import { JsonMetricsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { Aspect, createLogos, Resolver, recordTokens, traced, traceInvocation } from '../../../../index.js';
import { configureTracing } from '../../../../lib/invocation/settings.js';
import { startSdk, stopSdk } from './sdk.js';

@Resolver('self.soul')
class Soul {
	@Aspect({ category: 'generation' })
	async dream(_umwelt: unknown) {
		recordTokens({ input: 100, output: 20 });
		return logos.invoke('self.soul.lens');
	}

	@Aspect({ category: 'introspection' })
	lens(_umwelt: unknown) {
		throw new RangeError('too deep');
	}
}

const logos = createLogos([new Soul()]);

/** Some invocations as OTLP JSON, without times and what is computed from them, which differ from run to run. */
async function day(): Promise<{ traces: string; metrics: string }> {
	const { exporter, reader } = startSdk();
	try {
		await logos.invoke('self.soul.dream', { id: 'kent', session_id: 's1' }).catch(() => undefined);
		traced(function search() {}, { operation: 'execute_tool' })();
		traceInvocation('self.block.ask', { operation: 'execute_tool' }, () => undefined);
		const { resourceMetrics } = await reader.collect();
		return {
			traces: still(JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans())),
			metrics: still(JsonMetricsSerializer.serializeRequest(resourceMetrics)),
		};
	} finally {
		stopSdk();
	}
}

function still(json: Uint8Array | undefined): string {
	return new TextDecoder()
		.decode(json)
		.replace(/"(\w*[tT]imeUnixNano)":"\d+"/g, '"$1":0')
		.replace(/\{"key":"exception.stacktrace","value":\{[^}]*\}\}/g, '0')
		.replace(/"(sum|min|max)":[\d.e-]+/g, '"$1":0')
		.replace(/"bucketCounts":\[[^\]]*\]/g, '"bucketCounts":0');
}

/** The same JSON without the attributes and the metrics that the conventions name. */
function stripped(json: string): string {
	const reviver = (_key: string, value: unknown) =>
		Array.isArray(value) ? value.filter((one) => !/^gen_ai\./.test(one?.key ?? one?.name ?? '')) : value;
	return JSON.stringify(JSON.parse(json, reviver));
}

it('without genai in the configuration there is no byte of it, and with it nothing else differs', async () => {
	const without = await day();
	const restore = configureTracing({ conventions: ['genai'] });
	const within = await day();
	restore();
	expect(without.traces + without.metrics).not.toContain('gen_ai');
	expect(without.traces).toContain('"agentese.tokens.in"');
	expect(within.traces.match(/"gen_ai.operation.name"/g)?.length).toBe(4);
	expect(within.metrics.match(/"gen_ai.\w+.duration"/g)).toEqual(
		expect.arrayContaining(['"gen_ai.invoke_agent.duration"', '"gen_ai.execute_tool.duration"']),
	);
	expect(stripped(within.traces)).toBe(without.traces);
	expect(stripped(within.metrics)).toBe(without.metrics);
	expect(await day()).toEqual(without);
});
