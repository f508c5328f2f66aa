import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Attributes } from '@opentelemetry/api';
import { counted, failure, inOrder, invoke, pathLabels, span } from '../contract/expected.js';
import { points, type RecordedPoint, type RecordedSpan, startSdk, stopSdk, timeline } from '../contract/harness.js';
import { gardenWith } from './garden.legacy.js';
import { CASES, type Case } from './garden-cases.js';
import { type Answer, ask } from './http.js';
import { hasHandle, NAIVE, NOWHERE, onMethods, onParameters, PLACEMENTS, type Placement } from './words.js';

/** Everything that can be observed of an application from outside. */
interface Visit {
	readonly starting: readonly RecordedSpan[];
	readonly answers: readonly Answer[];
	readonly spans: readonly (readonly RecordedSpan[])[];
	readonly points: readonly RecordedPoint[];
	readonly document: object;
	readonly served: Answer;
}

/**
 * Starts the application with the toolkit's decorators on these lines, sends all requests, and closes it in any case.
 */
async function visit(placement: Placement): Promise<Visit> {
	class Garden {}
	Module(gardenWith(placement))(Garden);
	startSdk();
	try {
		const app = await NestFactory.create(Garden, { logger: false });
		try {
			app.useGlobalPipes(new ValidationPipe({ transform: true }));
			const document = SwaggerModule.createDocument(
				app,
				new DocumentBuilder().setTitle('Garden').addBearerAuth().build(),
			);
			SwaggerModule.setup('api', app, document, { ui: false });
			await app.listen(0, '127.0.0.1');
			const { port } = app.getHttpServer().address() as AddressInfo;
			const starting = await timeline();
			const answers: Answer[] = [];
			const spans: RecordedSpan[][] = [];
			for (const { asks } of CASES) {
				answers.push(await ask(port, asks));
				spans.push(await timeline());
			}
			return {
				starting,
				answers,
				spans,
				points: await points(),
				document,
				served: await ask(port, { path: '/api-json' }),
			};
		} finally {
			await app.close();
		}
	} finally {
		stopSdk();
	}
}

/** The spans of one request: the controller's, and below it the provider's, if they are decorated. */
function spansOf({ calls }: Case, placement: Placement): RecordedSpan[] {
	if (calls === undefined) return [];
	const { method, result, fails, plant } = calls;
	const said = {
		...(onParameters(placement) && plant !== undefined ? { 'garden.plant': plant } : {}),
		...(onMethods(placement) && plant !== undefined ? { 'garden.id': plant } : {}),
		...(fails ? { 'error.type': fails[0] } : {}),
	};
	const failed = fails ? failure(...fails) : {};
	const beds = span(
		'Beds.read',
		{ 'code.function.name': 'Beds.read', ...(fails ? { 'error.type': fails[0] } : {}) },
		failed,
	);
	const rest = { ...failed, children: plant !== undefined && placement.name !== BETWEEN ? [beds] : [] };
	const functionName = `GardenController.${method}`;
	if (!hasHandle(placement)) return [span(functionName, { 'code.function.name': functionName, ...said }, rest)];
	const facts = {
		...(onParameters(placement) && plant !== undefined
			? { 'agentese.observer': 'kent', 'agentese.archetype': 'keeper' }
			: {}),
		...(fails ? { 'agentese.outcome': 'error' } : { 'agentese.result': result }),
	};
	return [invoke(`world.garden.${method}`, functionName, { ...facts, ...said }, rest)];
}

/** The path of the method that Nest calls at its start, if the controller is a resolver. */
const START_PATH = 'world.garden.on_module_init';

/** The counts of all requests together and of the application's start. */
function pointsOf(placement: Placement): RecordedPoint[] {
	const start = 'GardenController.onModuleInit';
	const counts = counted(hasHandle(placement) ? pathLabels(START_PATH) : { 'code.function.name': start });
	for (const { calls } of CASES) {
		if (calls === undefined) continue;
		const { method, fails, plant } = calls;
		const count = (labels: Attributes) => (fails ? counted(labels, 'error', { errorType: fails[0] }) : counted(labels));
		const functionName = `GardenController.${method}`;
		const labels = hasHandle(placement) ? pathLabels(`world.garden.${method}`) : { 'code.function.name': functionName };
		counts.push(...count(labels));
		// Its method has @Traced alone, its class @Metered too.
		if (plant !== undefined && hasHandle(placement)) counts.push(...count({ 'code.function.name': 'Beds.read' }));
	}
	return inOrder(counts);
}

/** The provider's method has no line between. */
const BETWEEN = 'between theirs on every method';

let bare: Visit;
beforeAll(async () => {
	bare = await visit(NOWHERE);
});

describe('a NestJS controller without the toolkit', () => {
	it.each(CASES.map((one, i) => ({ ...one, i })))('responds to $name', ({ answers, i }) => {
		const { status, headers, text } = bare.answers[i] ?? {};
		expect({ status, headers, text }).toEqual({
			status: answers.status,
			headers: expect.objectContaining(answers.headers ?? {}),
			text: answers.text,
		});
	});

	it('is described to Swagger with its paths, parameters and schemas', () => {
		expect(bare.document).toMatchObject({
			paths: {
				'/garden/plants/{id}': {
					get: {
						operationId: 'GardenController_find',
						summary: 'One plant',
						parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'number' } }],
						responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Plant' } } } } },
					},
				},
				'/garden/plants': {
					post: {
						requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/NewPlant' } } } },
					},
				},
			},
			components: { schemas: { NewPlant: { properties: { depth: { type: 'number', minimum: 1 } } } } },
		});
		expect(JSON.parse(bare.served.text)).toEqual(bare.document);
	});

	it('leaves no span and no measurement', () => {
		expect([bare.starting, bare.spans.flat(), bare.points]).toEqual([[], [], []]);
	});
});

describe.each(PLACEMENTS)('a NestJS controller with the toolkit $name', (placement) => {
	let decorated: Visit;
	beforeAll(async () => {
		decorated = await visit(placement);
	});

	it.each(CASES.map((one, i) => ({ name: one.name, i })))('responds the same: $name', ({ i }) => {
		expect(decorated.answers[i]).toEqual(bare.answers[i]);
	});

	it('is described to Swagger by the same JSON', () => {
		expect(JSON.stringify(decorated.document)).toBe(JSON.stringify(bare.document));
		expect(decorated.served).toEqual(bare.served);
	});

	it('leaves one span of its start', () => {
		const name = 'GardenController.onModuleInit';
		const plain = span(name, { 'code.function.name': name });
		const started = hasHandle(placement) ? invoke(START_PATH, name, { 'agentese.result': 'undefined' }) : plain;
		expect(decorated.starting).toEqual([started]);
	});

	it.each(CASES.map((one, i) => ({ ...one, i })))('leaves its spans and no other: $name', (one) => {
		expect(decorated.spans[one.i]).toEqual(spansOf(one, placement));
	});

	it('counts every call once', () => {
		expect(decorated.points).toEqual(pointsOf(placement));
	});
});

describe('a wrapper that keeps nothing of the method', () => {
	it('would lose every route if it is above NestJS’s decorators', async () => {
		const { answers } = await visit(NAIVE);
		expect(answers.map(({ status }) => status)).toEqual(CASES.map(() => 404));
	});
});
