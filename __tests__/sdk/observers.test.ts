import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { bundle, runChild, type Span, spansOf, temporary } from '../support/children.js';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const ADA = 'ada, née=Byron ☃;';
let built: Awaited<ReturnType<typeof bundle>>;
let parent: string;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(() => {
	parent = temporary();
	symlinkSync(MODULES, join(parent, 'node_modules'));
	writeFileSync(join(parent, 'package.json'), '{"name":"sample"}');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

interface Got {
	baggage: string | null;
	observer: { id: string } | null;
}

async function grow(config: object, seed: number): Promise<{ spans: Span[]; got: Record<string, Got> }> {
	writeFileSync(
		join(parent, 'agentese.config.json'),
		JSON.stringify({ autoInstrumentation: { include: ['http', 'undici'] }, ...config }),
	);
	const ended = await runChild('apps/observers.mjs', {
		node: ['--import', join(built.url, 'register.mjs')],
		cwd: parent,
		env: { BUNDLE: built.url, SEED: String(seed) },
	});
	expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
	return { spans: spansOf(join(parent, '.agentese')), got: JSON.parse(ended.stdout) };
}

const SERVER = 2;
const CLIENT = 3;

function attributeOf(span: Span, key: string): unknown {
	return span.attributes.find((one) => one.key === key)?.value['stringValue'];
}

const observerAttributes = (span: Span) =>
	['agentese.observer', 'agentese.archetype', 'session.id', 'agentese.tenant'].map((key) => attributeOf(span, key));

/** The expected observer, which is in the address that a client's span has called. */
function addressed(span: Span): string {
	const url = attributeOf(span, 'url.full') ?? attributeOf(span, 'http.url');
	return /^http:\/\/127\.0\.0\.1:\d+\/(\w+)\//.exec(String(url))?.[1] ?? '';
}

const WORN: Record<string, unknown[]> = {
	kent: ['kent', 'gardener', 's1', undefined],
	ada: [ADA, 'scholar', undefined, undefined],
	nobody: [undefined, undefined, undefined, undefined],
};

it.each([1, 2, 3])(
	'no span of node:http and fetch has the attributes of the wrong observer (seed %i)',
	async (seed) => {
		const { spans, got } = await grow({}, seed);
		const clients = spans.filter(({ kind }) => kind === CLIENT);
		// Two trees of three levels: each invocation makes 5 calls itself, and 6 more with the generator it reads.
		expect(clients.length).toBe(14 * 11 + 2);
		expect(new Set(clients.map(addressed))).toEqual(new Set(['kent', 'ada', 'nobody']));
		expect(clients.filter((span) => String(observerAttributes(span)) !== String(WORN[addressed(span)]))).toEqual([]);
		// A server's span is below a request, and not below an invocation.
		const servers = spans.filter(({ kind }) => kind === SERVER);
		expect([servers.length, servers.filter((span) => attributeOf(span, 'agentese.observer') !== undefined)]).toEqual([
			156,
			[],
		]);
		// Each helper has the observer of its one call's address.
		const parentOf = new Map(clients.map((span) => [span.parentSpanId, span]));
		const helpers = spans.filter(({ name }) => name === 'helper');
		expect(helpers.length).toBe(14);
		for (const helper of helpers) {
			const below = parentOf.get(helper.spanId);
			expect(observerAttributes(helper)).toEqual(below && WORN[addressed(below)]);
		}
		// Baggage has no attributes that the config does not list.
		expect(Object.values(got).filter(({ baggage }) => baggage !== null)).toEqual([]);
		expect(got['/kent/claims']?.observer).toEqual({ id: 'eve', archetype: 'guest' });
	},
);

it('baggage carries the listed attributes of the observer, and of no other, to a server that reads them', async () => {
	const { got } = await grow({ observer: { baggage: ['agentese.observer', 'session.id'] } }, 4);
	const expected: Record<string, unknown> = {
		kent: {
			baggage: 'agentese.observer=kent,session.id=s1',
			observer: { id: 'kent', archetype: 'guest', sessionId: 's1' },
		},
		ada: {
			baggage: `agentese.observer=${encodeURIComponent(ADA)}`,
			observer: { id: ADA, archetype: 'guest' },
		},
		nobody: { baggage: null, observer: null },
	};
	const { '/kent/claims': claims, ...others } = got;
	expect(Object.keys(others).length).toBe(155);
	for (const [url, seen] of Object.entries(others))
		expect([url, seen]).toEqual([url, expected[url.split('/')[1] ?? '']]);
	expect(claims?.observer).toEqual({ id: 'eve', archetype: 'guest' });
});
