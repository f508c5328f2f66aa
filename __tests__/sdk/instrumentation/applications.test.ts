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

/** Each span as its kind and name, below its parent's, down from the roots. */
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
	it('has the spans of http, fetch and pino below its invocation, in one trace, with the named ones on', async () => {
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

	it('has them with all instrumentations on', async () => {
		configured({ autoInstrumentation: true });
		const { code, stderr } = await application(name);
		expect(code).toBe(0);
		// The openai that is installed here, used or not.
		expect(stderr).toMatch(/^agentese-otel: autoInstrumentation does not reach openai 7\.[^\n]*\n$/);
		// net and dns are on as well.
		const spans = tree(spansOf(directory)).filter((way) => !/ (tcp|dns|tls)[^>]*$/.test(way));
		expect(spans).toEqual(SEEN_BY_ALL);
	});

	it('has its own spans alone with the flag off', async () => {
		configured({});
		const ended = await application(name);
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
		expect(tree(spansOf(directory))).toEqual(['INTERNAL answered', 'INTERNAL answered', 'INTERNAL invocation']);
		expect(JSON.parse(ended.stdout)).not.toHaveProperty('trace_id');
	});
});

it('a Node that has no hooks in the thread is given those of a thread of their own', async () => {
	configured({ autoInstrumentation: { include: ['http', 'undici', 'pino'] } });
	const ended = await application('server.mjs', { node: ['--import', join(APPS, 'old-node.mjs'), ...REGISTER()] });
	expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
	expect(tree(spansOf(directory))).toEqual(SEEN_BY_ALL);
});

describe('two processes', () => {
	it('make one trace, by W3C headers', async () => {
		configured({ autoInstrumentation: { include: ['http'] } });
		const ended = await application('asks.mjs', { args: [join(APPS, 'answers.mjs')] });
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

describe('what is loaded', () => {
	const watched = () => ['--import', join(APPS, 'watch-imports.mjs'), ...REGISTER()];
	const loaded = async () => JSON.parse((await application('loaded.mjs', { node: watched() })).stdout);

	it('is no instrumentation with the flag off', async () => {
		configured({ autoInstrumentation: false });
		expect(await loaded()).toEqual([]);
	});

	it('are the named ones, and not the metapackage', async () => {
		configured({ autoInstrumentation: { include: ['http'], pg: { requireParentSpan: true } } });
		expect(await loaded()).toEqual(['instrumentation', 'instrumentation-http', 'instrumentation-pg']);
	});

	it('is the metapackage with all of them', async () => {
		configured({ autoInstrumentation: true });
		const names = (await loaded()) as string[];
		expect(names).toEqual(
			expect.arrayContaining(['auto-instrumentations-node', 'instrumentation-openai', 'instrumentation-redis']),
		);
	});

	it("is found where pnpm puts it: below the metapackage, not below the application's own node_modules", async () => {
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

describe('a name that is none', () => {
	it('is refused with the nearest, and the application does not start', async () => {
		configured({ autoInstrumentation: { include: ['htpp'], pgg: {} } });
		const ended = await application('server.mjs');
		expect(ended).toMatchObject({ code: 1, stdout: '' });
		expect(ended.stderr).toMatch(/got 'htpp', which is no instrumentation; legal: amqplib, .* Did you mean "http"\?/);
		expect(ended.stderr).toMatch(/got 'pgg', which is no instrumentation; legal: amqplib, .* Did you mean "pg"\?/);
	});

	it('that is a package which is not installed is refused with the command that installs it', async () => {
		configured({ autoInstrumentation: { include: ['@example/instrumentation-tea'] } });
		const ended = await application('server.mjs');
		expect(ended).toMatchObject({ code: 1, stdout: '' });
		expect(ended.stderr).toContain('Run npm i @example/instrumentation-tea, or ');
	});
});

describe('an application that starts telemetry in code', () => {
	it('as an ES module is told in one line what is not seen, and how to start instead', async () => {
		const ended = await application('late.mjs', { node: [] });
		expect(ended).toEqual({
			code: 0,
			signal: null,
			stdout: '',
			stderr:
				'agentese-otel: autoInstrumentation is on, but the application is an ES module and was not started with ' +
				'--import agentese-otel/register: what was imported before startTelemetry(), as all that stands in import ' +
				'statements was, is not seen (http, pg and the like; fetch is). Start it with: ' +
				'node --import agentese-otel/register app.js\n',
		});
	});

	it('in CommonJS is told nothing', async () => {
		expect(await application('late.cjs', { node: [] })).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
	});
});
