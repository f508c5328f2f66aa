import type { Settlement } from '../../../../lib/settling/common/settlement.js';
import { settle } from '../../../../lib/settling/settle.js';

/**
 * Prints, for each scenario, which rejections Node reports, without (`bare`) and with weaving (`woven`). It runs in its
 * own process, because jest handles unhandled rejections itself.
 */
class Owned extends Promise<unknown> {}

class Thenable extends Promise<unknown> {
	override then<A = unknown, B = never>(
		onFulfilled?: ((value: unknown) => A | PromiseLike<A>) | null,
		onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
	): Promise<A | B> {
		return super.then(onFulfilled, onRejected);
	}
}

const silent: Settlement = {
	run: (fn, self, args) => Reflect.apply(fn, self, args),
	wantsItems: false,
	item() {},
	done() {},
	failed() {},
	cancelled() {},
	abandoned() {},
	ended: false,
	watch: undefined,
};

const rejected = (Class: PromiseConstructor, late: boolean) => (reason: unknown) =>
	new Class((_, reject) => (late ? setImmediate(reject, reason) : reject(reason)));

const makers: Record<string, (reason: unknown) => unknown> = {
	plain: rejected(Promise, false),
	'plain, late': rejected(Promise, true),
	async: async (reason) => {
		throw reason;
	},
	'with members': (reason) => Object.assign(Promise.reject(reason), { note: 1 }),
	subclass: rejected(Owned as PromiseConstructor, false),
	'subclass, late': rejected(Owned as PromiseConstructor, true),
	'subclass with a then': rejected(Thenable as PromiseConstructor, false),
	'step of a generator': (reason) =>
		(
			settleIfWoven(
				(async function* () {
					yield await Promise.reject(reason);
				})(),
			) as AsyncGenerator
		).next(),
};

const users: Record<string, (promise: Promise<unknown>) => unknown> = {
	nobody: () => undefined,
	await: async (promise) => {
		await promise.then(null, () => undefined);
	},
	'try await': async (promise) => {
		try {
			await promise;
		} catch {
			// handled
		}
	},
	all: (promise) => Promise.all([promise]).catch(() => undefined),
	'then without a handler': (promise) => void promise.then(() => undefined),
	'late catch': (promise) => turns(4).then(() => promise.catch(() => undefined)),
	finally: (promise) => void promise.finally(() => undefined).catch(() => undefined),
};

let woven = false;
function settleIfWoven(value: unknown): unknown {
	return woven ? settle(value, { ...silent }) : value;
}

let log: unknown[] = [];
process.on('unhandledRejection', (reason) => log.push(['unhandled', reason]));
process.on('rejectionHandled', () => log.push(['handled late']));

/** Turns of the loop: Node reports what is unhandled at the end of the turn in which it was rejected. */
async function turns(count: number): Promise<void> {
	for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const report: Record<string, { bare: unknown[]; woven: unknown[] }> = {};
for (const [maker, make] of Object.entries(makers)) {
	for (const [user, use] of Object.entries(users)) {
		const seen: unknown[][] = [];
		for (woven of [false, true]) {
			log = [];
			const made = make('reason');
			use((maker.startsWith('step') ? made : settleIfWoven(made)) as Promise<unknown>);
			await turns(10);
			seen.push(log);
		}
		report[`${maker}: ${user}`] = { bare: seen[0] ?? [], woven: seen[1] ?? [] };
	}
}
process.stdout.write(JSON.stringify(report));
