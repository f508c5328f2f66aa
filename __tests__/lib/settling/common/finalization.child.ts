import { Readable } from 'node:stream';
import { woven } from '../recorder.js';

/** Prints the events of results that nothing refers to. Runs with --expose-gc, in its own process. */
declare const gc: () => void;

async function collect(): Promise<void> {
	for (let i = 0; i < 8; i++) {
		await new Promise((resolve) => setTimeout(resolve, 5));
		gc();
	}
}

async function* numbers() {
	yield 1;
	yield 2;
}

const iterable = () => ({ [Symbol.asyncIterator]: () => numbers() });
const web = () =>
	new ReadableStream({
		start(controller) {
			controller.enqueue(1);
			controller.close();
		},
	});
const later = (value: unknown) => ({
	then: (resolve: (value: unknown) => void) => void setTimeout(() => resolve(value), 100),
});

const makers: Record<string, () => unknown> = {
	generator: () =>
		(function* () {
			yield 1;
		})(),
	'async generator': numbers,
	iterable,
	thenable: () => later(1),
	'web stream': web,
	'node stream': () => new Readable({ read() {} }),
	observable: () => ({ '@@observable': () => undefined, subscribe: () => undefined }),
	member: () => ({ textStream: numbers() }),
};

const dropped: Record<string, unknown> = {};
for (const [name, make] of Object.entries(makers)) {
	dropped[name] = woven(make(), name === 'member' ? { watch: 'textStream' } : {}).events;
}
await collect();

async function drain(stream: AsyncIterable<unknown> | AsyncIterator<unknown>): Promise<void> {
	const iterator = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream;
	while (!(await iterator.next()).done);
}

const kept: Record<string, unknown> = {};

async function keep(name: string, make: () => Promise<[unknown[][], () => Promise<unknown>]>): Promise<void> {
	const [events, consume] = await make();
	await collect();
	await consume();
	kept[name] = events;
}

await keep('iterator of a dropped iterable', async () => {
	const { result, events } = woven(iterable());
	const iterator = result[Symbol.asyncIterator]();
	return [events, () => drain(iterator)];
});
await keep('branch of a dropped web stream', async () => {
	const { result, events } = woven(web());
	const [branch] = result.tee();
	return [events, () => drain(branch as never)];
});
await keep('reader of a dropped web stream', async () => {
	const { result, events } = woven(web());
	const reader = result.getReader();
	return [
		events,
		async () => {
			while (!(await reader.read()).done);
		},
	];
});
await keep('stream of a dropped thenable', async () => {
	const { result, events } = woven({ then: (resolve: (value: unknown) => void) => resolve(numbers()) });
	const stream = (await result) as AsyncGenerator;
	return [events, () => drain(stream)];
});
await keep('member of a dropped result', async () => {
	const { result, events } = woven({ textStream: numbers() }, { watch: 'textStream' });
	const { textStream } = result;
	return [events, () => drain(textStream)];
});
await keep('thenable that is under way', async () => {
	const { result, events } = woven(later('rows'));
	const rows = new Promise((resolve) => (result as unknown as Promise<unknown>).then(resolve));
	return [events, () => rows];
});

process.stdout.write(JSON.stringify({ dropped, kept }));
