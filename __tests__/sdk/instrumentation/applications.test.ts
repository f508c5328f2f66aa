import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bundle, type Ended, linesOf, runChild, type Span, spansOf, temporary } from '../../support/children.js';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const APPS = fileURLToPath(new URL('../../support/apps', import.meta.url));
let built: Awaited<ReturnType<typeof bundle>>;
let parent: string;
let directory: string;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(() => {
	parent = temporary();
	directory = join(parent, '.agentese');
	symlinkSync(MODULES, join(parent, 'node_modules'));
	writeFileSync(join(parent, 'package.json'), '{"name":"sample"}');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const configured = (config: object) => writeFileSync(join(parent, 'agentese.config.json'), JSON.stringify(config));

const REGISTER = () => ['--import', join(built.url, 'register.mjs')];

function application(name: string, { node = REGISTER(), args = [] as string[], env = {} } = {}): Promise<Ended> {
	return runChild(`apps/${name}`, { node, args, cwd: parent, env: { BUNDLE: built.url, DIR: directory, ...env } });
}

const KINDS = ['', 'INTERNAL', 'SERVER', 'CLIENT'];

/** The tree of spans from the roots down, each as its kind and name. */
function tree(spans: readonly Span[]): string[] {
	const byId = new Map(spans.map((span) => [span.spanId, span]));
	const way = (span: Span): string => {
		const above = byId.get(span.parentSpanId ?? '');
		const own = `${KINDS[span.kind]} ${span.name}`;
		return above === undefined ? own : `${way(above)} > ${own}`;
	};
	return spans.map(way).sort();
}

const SEEN_BY_ALL = [
	'INTERNAL invocation',
	'INTERNAL invocation > CLIENT GET',
	'INTERNAL invocation > CLIENT GET',
	'INTERNAL invocation > CLIENT GET > SERVER GET',
	'INTERNAL invocation > CLIENT GET > SERVER GET',
	'INTERNAL invocation > CLIENT GET > SERVER GET > INTERNAL answered',
	'INTERNAL invocation > CLIENT GET > SERVER GET > INTERNAL answered',
];

describe.each(['server.mjs', 'server.cjs'])('an application in %s', (name) => {
	it('has the spans of http, fetch and pino below its invocation in one trace, if these are named', async () => {
		configured({ autoInstrumentation: { include: ['http', 'undici'], pino: {} } });
		const ended = await application(name);
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
		const spans = spansOf(directory);
		expect(tree(spans)).toEqual(SEEN_BY_ALL);
		expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
		// pino writes the ids of the span in which it was called.
		const root = spans.find(({ name: one }) => one === 'invocation');
		expect(JSON.parse(ended.stdout)).toMatchObject({
			msg: 'from within',
			trace_id: root?.traceId,
			span_id: root?.spanId,
		});
		expect(linesOf(directory, 'logs').length).toBe(1);
	});

	it('has the same spans with all instrumentations on', async () => {
		configured({ autoInstrumentation: true });
		const { code, stderr } = await application(name);
		expect(code).toBe(0);
		// The openai package is installed in this repository.
		expect(stderr).toMatch(/^agentese-otel: autoInstrumentation does not support openai 7\.[^\n]*\n$/);
		// net and dns are instrumented as well.
		const spans = tree(spansOf(directory)).filter((way) => !/ (tcp|dns|tls)[^>]*$/.test(way));
		expect(spans).toEqual(SEEN_BY_ALL);
	});

	it('has only its own spans with auto-instrumentation off', async () => {
		configured({});
		const ended = await application(name);
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
		expect(tree(spansOf(directory))).toEqual(['INTERNAL answered', 'INTERNAL answered', 'INTERNAL invocation']);
		expect(JSON.parse(ended.stdout)).not.toHaveProperty('trace_id');
	});
});

it("a Node without hooks in the application's thread gets hooks that run in a separate thread", async () => {
	configured({ autoInstrumentation: { include: ['http', 'undici', 'pino'] } });
	const ended = await application('server.mjs', { node: ['--import', join(APPS, 'old-node.mjs'), ...REGISTER()] });
	expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
	expect(tree(spansOf(directory))).toEqual(SEEN_BY_ALL);
});

describe('two processes', () => {
	it('create one trace through W3C headers', async () => {
		configured({ autoInstrumentation: { include: ['http'] } });
		// The other process is an application in the directory of the config too.
		const other = join(parent, 'answers.mjs');
		writeFileSync(other, `import ${JSON.stringify(join(APPS, 'answers.mjs'))};`);
		const ended = await application('asks.mjs', { args: [other] });
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
		const spans = spansOf(directory);
		expect(tree(spans)).toEqual([
			'INTERNAL asked here',
			'INTERNAL asked here > CLIENT GET',
			'INTERNAL asked here > CLIENT GET > SERVER GET',
			'INTERNAL asked here > CLIENT GET > SERVER GET > INTERNAL answered elsewhere',
		]);
		const [resources] = [linesOf(directory, 'traces').flatMap(({ resourceSpans = [] }) => resourceSpans)];
		const pids = resources.map(({ resource }) => resource.attributes.find(({ key }) => key === 'process.pid')?.value);
		expect(new Set(pids.map((pid) => JSON.stringify(pid))).size).toBe(2);
	});
});

describe('the loaded instrumentation packages', () => {
	const watched = () => ['--import', join(APPS, 'watch-imports.mjs'), ...REGISTER()];
	const loaded = async () => JSON.parse((await application('loaded.mjs', { node: watched() })).stdout);

	it('are none with auto-instrumentation off', async () => {
		configured({ autoInstrumentation: false });
		expect(await loaded()).toEqual([]);
	});

	it('are the named ones without the metapackage', async () => {
		configured({ autoInstrumentation: { include: ['http'], pg: { requireParentSpan: true } } });
		expect(await loaded()).toEqual(['instrumentation', 'instrumentation-http', 'instrumentation-pg']);
	});

	it('include the metapackage with all instrumentations on', async () => {
		configured({ autoInstrumentation: true });
		const names = (await loaded()) as string[];
		expect(names).toEqual(
			expect.arrayContaining(['auto-instrumentations-node', 'instrumentation-openai', 'instrumentation-redis']),
		);
	});

	it("are found where pnpm puts them: below the metapackage, not in the application's node_modules", async () => {
		rmSync(join(parent, 'node_modules'));
		const store = join(parent, 'node_modules/.pnpm/auto/node_modules/@opentelemetry');
		const strict = join(parent, 'node_modules/@opentelemetry');
		mkdirSync(join(store, 'auto-instrumentations-node'), { recursive: true });
		mkdirSync(strict, { recursive: true });
		const metapackage = join(store, 'auto-instrumentations-node');
		writeFileSync(join(metapackage, 'package.json'), '{"name":"@opentelemetry/auto-instrumentations-node"}');
		symlinkSync(join(MODULES, '@opentelemetry/instrumentation-http'), join(store, 'instrumentation-http'));
		symlinkSync(metapackage, join(strict, 'auto-instrumentations-node'));
		configured({ autoInstrumentation: { include: ['http'] } });
		expect(await loaded()).toEqual(['instrumentation', 'instrumentation-http']);
	});
});

describe('an unknown name', () => {
	it('is refused with the nearest known one, and the application does not start', async () => {
		configured({ autoInstrumentation: { include: ['htpp'], pgg: {} } });
		const ended = await application('server.mjs');
		expect(ended).toMatchObject({ code: 1, stdout: '' });
		expect(ended.stderr).toMatch(
			/got 'htpp', which is not an instrumentation; legal: amqplib, .* Did you mean "http"\?/,
		);
		expect(ended.stderr).toMatch(/got 'pgg', which is not an instrumentation; legal: amqplib, .* Did you mean "pg"\?/);
	});

	it('of a package that is not installed is refused with the command that installs it', async () => {
		configured({ autoInstrumentation: { include: ['@example/instrumentation-tea'] } });
		const ended = await application('server.mjs');
		expect(ended).toMatchObject({ code: 1, stdout: '' });
		expect(ended.stderr).toContain('Run npm i @example/instrumentation-tea, or ');
	});
});

describe('an application that starts telemetry in code', () => {
	it('as an ES module gets one line about what is not instrumented and how to start instead', async () => {
		const ended = await application('late.mjs', { node: [] });
		expect(ended).toEqual({
			code: 0,
			signal: null,
			stdout: '',
			stderr:
				'agentese-otel: autoInstrumentation is on, but the application is an ES module and was not started with ' +
				'--import agentese-otel/register: what was imported before startTelemetry(), including all ' +
				'import statements, is not instrumented (http, pg and similar; fetch is). Start it with: ' +
				'node --import agentese-otel/register app.js\n',
		});
	});

	it('in CommonJS gets no such line', async () => {
		expect(await application('late.cjs', { node: [] })).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
	});
});
