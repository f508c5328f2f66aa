// A random tree of invocations by two observers, who call a server of this process by node:http and by fetch: at once,
// after awaits, in generators, in timers, in callbacks, and after the end. Every address begins with the expected
// observer.
// Prints what the server received: for each address the baggage and the observer.
import { EventEmitter, once } from 'node:events';
import { createServer, get } from 'node:http';

const { observerFromBaggage, observerFromHeaders, traced, traceInvocation } = await import(
	`${process.env.BUNDLE}/entry.mjs`
);

const got = {};
const server = createServer((request, response) => {
	const observer = observerFromHeaders(request.headers) ?? observerFromBaggage();
	got[request.url] = { baggage: request.headers.baggage ?? null, observer: observer ?? null };
	traceInvocation('world.server.answer', { observer: observer ?? null }, () => response.end('ok'));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${server.address().port}`;

/** Pseudo-random numbers that are the same in every run (mulberry32). */
let state = Number(process.env.SEED ?? 1);
function random(below) {
	state = (state + 0x6d2b79f5) | 0;
	let bits = Math.imul(state ^ (state >>> 15), 1 | state);
	bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
	return ((bits ^ (bits >>> 14)) >>> 0) % below;
}

const OBSERVERS = {
	kent: { id: 'kent', archetype: 'gardener', session_id: 's1' },
	ada: { id: 'ada, née=Byron ☃;', archetype: 'scholar' },
};
const later = () => new Promise((resolve) => setTimeout(resolve, random(4)));
const forgotten = [];
let calls = 0;

const byHttp = (url) =>
	new Promise((resolve, reject) => get(url, (response) => response.resume().on('end', resolve)).on('error', reject));
const byFetch = async (url) => (await fetch(url)).text();
const call = (who, how) => (random(2) === 0 ? byHttp : byFetch)(`${base}/${who}/${how}/${calls++}`);

const helper = traced((who) => call(who, 'helper'), { name: 'helper' });
const steps = traced(
	async function* (_umwelt, who) {
		for (let i = 0; i < 3; i++) {
			await later();
			yield await call(who, 'generator');
		}
	},
	{ path: 'self.stream.steps' },
);

/** One invocation by an observer, and the calls below it. Without `named` the observer is that of the enclosing one. */
function node(who, named, depth) {
	return traceInvocation('self.tree.grow', { observer: named ? OBSERVERS[who] : undefined }, async () => {
		const other = who === 'kent' ? 'ada' : 'kent';
		await call(who, 'at-once');
		const emitter = new EventEmitter();
		const heard = new Promise((resolve) => emitter.once('now', () => resolve(call(who, 'listener'))));
		setTimeout(() => emitter.emit('now'), random(4));
		forgotten.push(
			new Promise((resolve) => setTimeout(() => resolve(call(who, 'after-the-end')), 150)),
			later().then(() => call(who, 'forgotten')),
		);
		const below = depth === 0 ? [] : [node(other, true, depth - 1), node(who, random(2) === 0, depth - 1)];
		await Promise.all([heard, helper(who), ...below]);
		for await (const _ of steps(OBSERVERS[other], other)) await call(who, 'consumer');
	});
}

await Promise.all([node('kent', true, 2), node('ada', true, 2)]);
await Promise.all(forgotten);
await traceInvocation('self.tree.claim', { observer: OBSERVERS.kent }, () =>
	fetch(`${base}/kent/claims`, { headers: { 'x-observer-id': 'eve' } }),
);
await call('nobody', 'outside');
server.close();
server.closeAllConnections();
console.log(JSON.stringify(got));
