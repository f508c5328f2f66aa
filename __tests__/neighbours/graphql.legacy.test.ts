import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { graphql, printSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { counted, failure, inOrder, invoke, pathLabels, span } from '../contract/expected.js';
import { points, type RecordedPoint, type RecordedSpan, startSdk, stopSdk, timeline } from '../contract/harness.js';
import { type Answer, ask } from './http.js';
import { type Asking, authChecker, plantsWith } from './plants.legacy.js';
import { hasHandle, NOWHERE, onParameters, PLACEMENTS, type Placement } from './words.js';

/** One call of a resolver's method. */
interface Call {
	readonly method: string;
	readonly result?: string;
	readonly fails?: readonly [type: string, message: string];
	/** The value of the parameter that is an attribute if the toolkit's decorators are beside it. */
	readonly plant?: number;
	/** The id of the first parameter: an aspect's umwelt by default. */
	readonly first?: string;
}

interface Case {
	readonly name: string;
	readonly query: string;
	readonly as?: Asking;
	readonly answers: object;
	readonly calls: readonly Call[];
}

const kent = { id: 'kent', archetype: 'keeper' };
const latin = (id: number): Call => ({ method: 'latin', result: 'string', first: String(id) });

const denied = { extensions: { code: 'UNAUTHORIZED' } };

const CASES: readonly Case[] = [
	{
		name: 'a query with a field resolver',
		query: '{ plant(id: 2) { id name latin } }',
		answers: { data: { plant: { id: 2, name: 'plant 2', latin: 'Planta 2' } } },
		calls: [{ method: 'plant', result: 'Plant', plant: 2 }, latin(2)],
	},
	{
		name: 'arguments by class, a field resolver for every item',
		query: '{ plants(from: 1, count: 2) { id latin } }',
		answers: {
			data: {
				plants: [
					{ id: 2, latin: 'Planta 2' },
					{ id: 3, latin: 'Planta 3' },
				],
			},
		},
		calls: [{ method: 'plants', result: 'Array' }, latin(2), latin(3)],
	},
	{
		name: 'types that are read from metadata, a middleware and a parameter decorator',
		query: '{ greeting(loud: true) }',
		answers: { data: { greeting: 'greeting: HELLO KENT!' } },
		calls: [{ method: 'greeting', result: 'string' }],
	},
	{
		name: 'a mutation with an input type and a default',
		query: 'mutation { add(plant: { name: "rose" }) { id name latin } }',
		answers: { data: { add: { id: 4, name: 'rose at 1', latin: 'Planta 4' } } },
		calls: [{ method: 'add', result: 'Plant' }, latin(4)],
	},
	{
		name: 'an exception',
		query: '{ plant(id: 9) { id } }',
		answers: { data: null, errors: [{ message: 'no plant 9', path: ['plant'], locations: [{ line: 1, column: 3 }] }] },
		calls: [{ method: 'plant', fails: ['RangeError', 'no plant 9'], plant: 9 }],
	},
	{
		name: 'a mutation that the asker may not',
		query: 'mutation { add(plant: { name: "weed" }) { id } }',
		as: { id: 'tom', archetype: 'visitor' },
		answers: {
			data: null,
			errors: [
				{
					message: "Access denied! You don't have permission for this action!",
					path: ['add'],
					locations: [{ line: 1, column: 12 }],
					...denied,
				},
			],
		},
		calls: [],
	},
	{
		name: 'a query that nobody may who is not known',
		query: '{ plant(id: 1) { id } }',
		as: { id: 'x', archetype: 'stranger' },
		answers: {
			data: null,
			errors: [
				{
					message: "Access denied! You don't have permission for this action!",
					path: ['plant'],
					locations: [{ line: 1, column: 3 }],
					...denied,
				},
			],
		},
		calls: [],
	},
	{
		name: 'an argument of the wrong type',
		query: '{ plant(id: "two") { id } }',
		answers: {
			errors: [{ message: 'Int cannot represent non-integer value: "two"', locations: [{ line: 1, column: 13 }] }],
		},
		calls: [],
	},
];

const SDL = `type Query {
  """One plant."""
  plant(id: Int!): Plant!
  plants(from: Int! = 0, count: Int): [Plant!]!
  greeting(loud: Boolean!): String!
}

"""What grows."""
type Plant {
  id: Int!

  """Its common name."""
  name: String!
  latin: String!
}

type Mutation {
  add(plant: NewPlant!): Plant!
}

input NewPlant {
  name: String!
  depth: Int! = 1
}`;

interface Visit {
	readonly sdl: string;
	readonly answers: readonly Answer[];
	readonly spans: readonly (readonly RecordedSpan[])[];
	readonly points: readonly RecordedPoint[];
}

/** Serves the resolver over HTTP, sends all requests, and closes it in any case. */
async function visit(placement: Placement): Promise<Visit> {
	const schema = await buildSchema({ resolvers: [plantsWith(placement)], authChecker, validate: false });
	const server = createServer(async (request, response) => {
		const { query, as } = (await json(request)) as { query: string; as: Asking };
		const result = await graphql({ schema, source: query, contextValue: as });
		response.setHeader('content-type', 'application/graphql-response+json').end(JSON.stringify(result));
	});
	startSdk();
	try {
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const answers: Answer[] = [];
		const spans: RecordedSpan[][] = [];
		for (const { query, as = kent } of CASES) {
			answers.push(await ask(port, { method: 'POST', path: '/graphql', json: { query, as } }));
			spans.push(await timeline());
		}
		return { sdl: printSchema(schema), answers, spans, points: await points() };
	} finally {
		await new Promise((resolve) => server.close(resolve));
		stopSdk();
	}
}

function spanOf({ method, result, fails, plant, first }: Call, placement: Placement): RecordedSpan {
	const functionName = `PlantResolver.${method}`;
	const beside = onParameters(placement) && plant !== undefined;
	const said = { ...(beside ? { 'garden.plant': plant } : {}), ...(fails ? { 'error.type': fails[0] } : {}) };
	const failed = fails ? failure(...fails) : {};
	if (!hasHandle(placement)) return span(functionName, { 'code.function.name': functionName, ...said }, failed);
	const facts = {
		...(first === undefined ? {} : { 'agentese.observer': first }),
		...(beside ? { 'agentese.observer': 'kent', 'agentese.archetype': 'keeper' } : {}),
		...(fails ? { 'agentese.outcome': 'error' } : { 'agentese.result': result }),
	};
	return invoke(`world.plants.${method}`, functionName, { ...facts, ...said }, failed);
}

function pointsOf(placement: Placement): RecordedPoint[] {
	const counts = CASES.flatMap(({ calls }) =>
		calls.flatMap(({ method, fails }) => {
			const functionName = { 'code.function.name': `PlantResolver.${method}` };
			const labels = hasHandle(placement) ? pathLabels(`world.plants.${method}`) : functionName;
			return fails ? counted(labels, 'error', { errorType: fails[0] }) : counted(labels);
		}),
	);
	return inOrder(counts);
}

let bare: Visit;
beforeAll(async () => {
	bare = await visit(NOWHERE);
});

describe('a TypeGraphQL resolver without the toolkit', () => {
	it.each(CASES.map((one, i) => ({ ...one, i })))('responds to $name', ({ answers, i }) => {
		const { status, text = '' } = bare.answers[i] ?? {};
		expect({ status, body: JSON.parse(text) }).toEqual({ status: 200, body: answers });
	});

	it('has a schema with everything that its decorators declare', () => {
		expect(bare.sdl).toBe(SDL);
	});

	it('leaves no span and no measurement', () => {
		expect([bare.spans.flat(), bare.points]).toEqual([[], []]);
	});
});

describe.each(PLACEMENTS)('a TypeGraphQL resolver with the toolkit $name', (placement) => {
	let decorated: Visit;
	beforeAll(async () => {
		decorated = await visit(placement);
	});

	it.each(CASES.map((one, i) => ({ name: one.name, i })))('responds the same: $name', ({ i }) => {
		expect(decorated.answers[i]).toEqual(bare.answers[i]);
	});

	it('has the same schema', () => {
		expect(decorated.sdl).toBe(bare.sdl);
	});

	it.each(CASES.map((one, i) => ({ ...one, i })))('leaves its spans and no other: $name', ({ calls, i }) => {
		expect(decorated.spans[i]).toEqual(calls.map((call) => spanOf(call, placement)));
	});

	it('counts every call once', () => {
		expect(decorated.points).toEqual(pointsOf(placement));
	});
});
