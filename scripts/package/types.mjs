// The types as strict users read them: with skipLibCheck off, by TypeScript 5.9 and 7, beside API 1.9 and 1.10, with the SDK of
// the application and without any.
import { join } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { must, TSC } from '../run.mjs';
import { SDK_2, SDK_3 } from './neighbours.mjs';
import { installedOnce, write } from './project.mjs';

const COMPILERS = { 'TypeScript 5.9': join(ROOT, 'node_modules/typescript-5.9/bin/tsc'), 'TypeScript 7': TSC };

/** Uses every entry, and no package that is not installed with ours: neither an SDK nor @types/node. */
const ALONE = `
import { createLogos, type InvocationSpanProcessor, invocationSpanProcessor, traced } from 'agentese-otel';
import * as core from 'agentese-otel-core';
import { createDecorator } from 'agentese-otel-core/extend';
import { definePreset, type ReadableSpan, type SpanProcessor } from 'agentese-otel/extend';
import { nodeSdkConfiguration, prometheusHandler, startTelemetry } from 'agentese-otel/presets';
import 'agentese-otel/register';

const names: string[] = [];
const processor: SpanProcessor = {
	onStart: () => undefined,
	onEnd: (span: ReadableSpan) => void names.push(span.name),
	forceFlush: async () => undefined,
	shutdown: async () => undefined,
};
export const preset = definePreset({ name: 'mine', create: () => ({ spanProcessors: [processor] }) });
export const same: typeof core.traced = traced;
export const own: InvocationSpanProcessor = invocationSpanProcessor();
export const used = [createLogos, createDecorator, prometheusHandler];
export const handle = startTelemetry({ preset: 'json' });
// @ts-expect-error: the last signature names the key that is wrong.
export const wrong = startTelemetry({ preset: 'json', jsn: {} });
export const parts: Promise<boolean> = nodeSdkConfiguration().then(({ autoDetectResources }) => autoDetectResources);
`;

/** Uses the parts of an SDK where ours are expected, and ours where those of an SDK are. */
const withSdk = (trace) => `
import { createServer } from 'node:http';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { type IMetricReader, MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { AlwaysOnSampler, BatchSpanProcessor, ParentBasedSampler, type ReadableSpan, type SpanProcessor } from '${trace}';
import { invocationSpanProcessor } from 'agentese-otel';
import { definePreset } from 'agentese-otel/extend';
import { importEvents, nodeSdkConfiguration, prometheusHandler } from 'agentese-otel/presets';

declare const theirs: { spans: BatchSpanProcessor; metrics: PeriodicExportingMetricReader; logs: LogRecordProcessor };
class Own implements SpanProcessor {
	onStart(): void {}
	onEnd(span: ReadableSpan): void { console.log(span.resource.attributes, span.status.code); }
	async forceFlush(): Promise<void> {}
	async shutdown(): Promise<void> {}
}
class Reader extends MetricReader {
	async onForceFlush(): Promise<void> {}
	async onShutdown(): Promise<void> {}
}
export const preset = definePreset({
	name: 'mine',
	create: () => ({
		spanProcessors: [theirs.spans, new Own()],
		metricReaders: [theirs.metrics, new Reader() as IMetricReader],
		logRecordProcessors: [theirs.logs],
		sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
	}),
});
export const processors: SpanProcessor[] = [invocationSpanProcessor()];
export const imported = importEvents([], { processors: [theirs.spans] });
export const direct = new NodeSDK(await nodeSdkConfiguration());
const configuration = await nodeSdkConfiguration({ preset: 'json' });
export const named = new NodeSDK(configuration);
export const spread = new NodeSDK({ ...configuration, spanProcessors: [...configuration.spanProcessors, theirs.spans] });
const typed = await nodeSdkConfiguration<Partial<NodeSDKConfiguration>>();
export const asynchronous = typed.resource?.asyncAttributesPending;
export const server = createServer(prometheusHandler());
`;

/** The tsconfig.json of a strict user. */
const tsconfig = (file, more) =>
	JSON.stringify({
		compilerOptions: {
			...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, noEmit: true },
			...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false, ...more },
		},
		files: [file],
	});

/** The trees, each with a program and the options that it is compiled with. */
const TREES = [
	{ name: 'API 1.9', project: 'beside-sdk-2', dependencies: SDK_2, sdk: '@opentelemetry/sdk-trace-base' },
	{ name: 'API 1.10', project: 'beside-sdk-3', dependencies: SDK_3, sdk: '@opentelemetry/sdk-trace' },
];

/** Returns the checks of the types. */
export function types(project) {
	return TREES.flatMap(({ name, project: folderName, dependencies, sdk }) =>
		Object.entries(COMPILERS).flatMap(([compiler, tsc]) => {
			const check = (title, text, more) => ({
				name: `types, ${compiler}, skipLibCheck off, ${name}: ${title}`,
				async check() {
					const folder = await installedOnce(project, folderName, dependencies);
					const file = `types-${title}-${compiler}`.replace(/\W+/g, '-');
					write(folder, `${file}.mts`, text);
					write(folder, `${file}.json`, tsconfig(`${file}.mts`, more));
					await must('node', [tsc, '-p', `${file}.json`, '--pretty', 'false'], { cwd: folder });
				},
			});
			return [
				check('without an SDK and without @types/node', ALONE, { lib: ['es2023', 'dom'], types: [] }),
				check('with the SDK of the application', withSdk(sdk), {
					lib: ['es2023', 'esnext.disposable'],
					types: ['node'],
				}),
			];
		}),
	);
}
