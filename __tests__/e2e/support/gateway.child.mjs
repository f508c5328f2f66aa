// One of two applications that share their traces: `front` calls `back` over HTTP. Front reads from its standard input
// how many requests of each kind to make, one line of JSON at a time, and responds with the trace and kind of each.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { createLogos, instrument } from 'agentese-otel';
import { startTelemetry } from 'agentese-otel/presets';
import { keepLaw } from '../../../scripts/arrives/law.mjs';

const [role, url] = process.argv.slice(2);
const telemetry = keepLaw(await startTelemetry({ serviceName: role }));
const observer = { id: 'kent' };
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

/** Every failure is in this application; front's own span always succeeds. */
const bed = {
	async dig(_umwelt, kind) {
		if (kind === 'slow') await sleep(2300);
		if (kind === 'error') throw new Error('a stone');
		return kind;
	},
};
const gate = {
	async enter(_umwelt, kind) {
		const headers = {};
		propagation.inject(context.active(), headers);
		await (await fetch(`${url}/${kind}`, { headers })).text();
		return { kind, trace: trace.getActiveSpan()?.spanContext().traceId };
	},
};
const refused = (value) => value === 'refused';
instrument(bed, { handle: 'world.bed', publish: ['dig'], traced: { refused } });
instrument(gate, { handle: 'world.gate', publish: ['enter'] });
const logos = createLogos([bed, gate]);

if (role === 'back') {
	const server = createServer((request, response) => {
		context.with(propagation.extract(context.active(), request.headers), async () => {
			await logos.invoke('world.bed.dig', observer, request.url.slice(1)).catch(() => undefined);
			response.end();
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	say({ url: `http://127.0.0.1:${server.address().port}` });
	for await (const _ of createInterface({ input: process.stdin })) say(telemetry.stats().spans);
	server.close();
	server.closeAllConnections();
} else {
	say({});
	for await (const line of createInterface({ input: process.stdin })) {
		if (line === 'stats') {
			say(telemetry.stats().spans);
			continue;
		}
		const wanted = Object.entries(JSON.parse(line)).flatMap(([kind, count]) => Array(count).fill(kind));
		const made = [];
		const worker = async () => {
			for (let kind = wanted.pop(); kind !== undefined; kind = wanted.pop())
				made.push(await logos.invoke('world.gate.enter', observer, kind));
		};
		await Promise.all(Array.from({ length: 20 }, worker));
		say(made);
	}
}
await telemetry.shutdown();
say(telemetry.stats().spans);
