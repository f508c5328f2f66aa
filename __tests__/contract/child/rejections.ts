/**
 * Run by rejections.test.ts in a process of its own, because jest fails a test on an unhandled rejection before a
 * listener receives it. Prints, for the bare function and for each form, what Node reported of each scenario.
 */
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Aspect, createLogos, Metered, metered, Resolver, Traced, traced, traceInvocation } from '../../../index.js';
import { abandonOpenSettlements } from '../../../lib/settling/common/finalization.js';
import { dropSdk, startSdk } from '../harness.js';

type Body = () => unknown;

class Tagged<T> extends Promise<T> {}

class Subject {
	constructor(readonly body: Body) {}

	@Traced
	traced(): unknown {
		return this.body();
	}

	@Metered()
	metered(): unknown {
		return this.body();
	}
}

@Resolver('self.subject')
class Resolved {
	constructor(readonly body: Body) {}

	@Aspect
	@Traced
	act(): unknown {
		return this.body();
	}
}

const FORMS: Record<string, (body: Body) => Body> = {
	bare: (body) => body,
	'@Traced': (body) => () => new Subject(body).traced(),
	'@Metered': (body) => () => new Subject(body).metered(),
	'traced(fn)': (body) => traced(body),
	'metered(fn)': (body) => metered(body),
	traceInvocation: (body) => () => traceInvocation('self.subject.act', body),
	'logos.invoke': (body) => {
		const logos = createLogos([new Resolved(body)]);
		return () => logos.invoke('self.subject.act');
	},
};

const rejects = (): Promise<never> => Promise.reject(new Error('boom'));

/** What a body returns, and what its caller does with the result. */
const SCENARIOS: Record<string, readonly [Body, (answer: unknown) => unknown]> = {
	'a promise that nobody handles': [rejects, () => {}],
	'an async function that nobody handles': [
		async () => {
			await null;
			throw new Error('boom');
		},
		() => {},
	],
	'a promise that is handled at once': [rejects, (answer) => (answer as Promise<never>).catch(() => {})],
	'a promise that is handled late': [
		rejects,
		async (answer) => {
			await turn();
			await turn();
			await (answer as Promise<never>).catch(() => {});
		},
	],
	'a promise whose finally nobody handles': [rejects, (answer) => void (answer as Promise<never>).finally(() => {})],
	'a subclass that nobody handles': [() => Tagged.reject(new Error('boom')), () => {}],
	'a subclass that is handled at once': [
		() => Tagged.reject(new Error('boom')),
		(answer) => (answer as Promise<never>).catch(() => {}),
	],
	'a subclass that is handled late': [
		() => Tagged.reject(new Error('boom')),
		async (answer) => {
			await turn();
			await turn();
			await (answer as Promise<never>).catch(() => {});
		},
	],
	'a promise with members that nobody handles': [() => Object.assign(rejects(), { pid: 1 }), () => {}],
	'a promise with members that Promise.all handles': [
		() => Object.assign(rejects(), { pid: 1 }),
		(answer) => Promise.all([answer]).catch(() => {}),
	],
	'the step of an async generator that nobody handles': [
		// biome-ignore lint/correctness/useYield: it fails before its first value.
		async function* () {
			throw new Error('boom');
		},
		async (answer) => void ((await answer) as AsyncGenerator).next(),
	],
	'an error of a Node stream that nobody listens to': [
		() => new Readable({ read() {} }),
		async (answer) => void ((await answer) as Readable).destroy(new Error('boom')),
	],
	'an error of a Node stream that is listened to': [
		() => new Readable({ read() {} }),
		async (answer) => void ((await answer) as Readable).on('error', () => {}).destroy(new Error('boom')),
	],
};

const reports: string[] = [];
process.on('unhandledRejection', (reason) => reports.push(`unhandled: ${(reason as Error).message}`));
process.on('rejectionHandled', () => reports.push('handled late'));
process.on('uncaughtException', (error) => reports.push(`uncaught: ${error.message}`));

const answers: Record<string, Record<string, string[]>> = {};
for (const [scenario, [body, consume]] of Object.entries(SCENARIOS)) {
	answers[scenario] = {};
	for (const [form, weave] of Object.entries(FORMS)) {
		startSdk();
		await consume(weave(body)());
		for (let i = 0; i < 4; i++) await turn();
		abandonOpenSettlements();
		dropSdk();
		answers[scenario][form] = reports.splice(0);
	}
}
console.log(JSON.stringify(answers));
