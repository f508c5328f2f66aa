import { createContextKey } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../../runtime/active-context.js';
import { warnOnce } from '../../../runtime/log-once.js';
import { processState } from '../../../runtime/process-state.js';
import { inspect } from '../../../settling/common/inspect.js';
import { type AnyFunction, overrideProperty } from '../../../settling/common/override-property.js';
import { type HttpResponseReaders, isSuccess, watchHttpResponse } from '../../model-calls/http-response.js';
import { type ModelCall, openModelCall } from '../../model-calls/model-call.js';
import { overrideMethod } from '../../model-calls/override-method.js';

/** What differs between the clients that Stainless generates. */
export interface StainlessClient {
	/** For messages. */
	readonly name: string;
	/** Where its models are asked: the members that lead to an object, and the method. */
	readonly methods: readonly (readonly string[])[];
	/** Refuses a client whose requests would not be seen. */
	check?(client: object): void;
	/** True where a POST to this path of a URL is a model call, whose answer has usage. */
	spends(path: string): boolean;
	/** Told once an answer was read to its end without any usage in it. */
	silent(path: string, json: unknown, call: ModelCall): void;
	/** The call that a request which does not spend asks about, where an earlier answer left it open. */
	asksAbout?(path: string): ModelCall | undefined;
	/** Told once an answer had usage in it. */
	reported?(path: string): void;
	/** The arguments of a method, where they must say more. They are not changed, but copied. */
	prepare?(args: unknown[]): unknown[];
}

/** Under this key the request of a client finds the call that its method opened. */
const CALL = createContextKey('agentese-otel.model-call');

/** What a method opened, and the client that did: an application's own code may run below. */
interface OpenCall {
	readonly family: object;
	/**
	 * The call of the next request: the method's own, then others beside it. A refused request is tried again, and a
	 * middleware may ask another model; each of them counts what it reported.
	 */
	next(): ModelCall;
}

const done = processState('clients/stainless', () => ({
	/** A client that `withOptions` made of a watched one is watched already. */
	clients: new WeakSet<object>(),
	/** The functions that stand in front of a client's own fetch; what `withOptions` makes takes over its maker's. */
	fronts: new WeakSet<object>(),
}));

/** True where the client has the inside that every Stainless client has: its HTTP goes through its member `fetch`. */
export function isStainless(client: object): boolean {
	return ['fetch', 'makeRequest', 'fetchWithTimeout', 'withOptions'].every(
		(key) => typeof inspect(client, key) === 'function',
	);
}

/**
 * Watches a client where its HTTP begins, which all its methods and helpers come to: each answer to a request that
 * spends is watched while it is read. The methods that make one such request open the call, so that it belongs to them
 * with all that others see of it, retries included.
 */
export function meterStainless(client: object, kind: StainlessClient, family: object = client): void {
	if (done.clients.has(client)) return;
	kind.check?.(client);
	if (!meterFetch(client, kind, family)) {
		throw new TypeError(
			`meterModel() watches the requests of a client of ${kind.name}, but this one does not let itself be changed. ` +
				'Give it the client itself, not a frozen object or a proxy, or say what it spends with recordTokens({ in, out }).',
		);
	}
	done.clients.add(client);
	for (const path of kind.methods) openAt(client, path, kind, family);
	overrideMethod(client, 'withOptions', (behind, self, args) => {
		const other = Reflect.apply(behind, self, args);
		if (typeof other === 'object' && other !== null) guarded(() => meterStainless(other, kind, family));
		return other;
	});
}

function guarded(watch: () => void): void {
	try {
		watch();
	} catch (error) {
		warnOnce('models.failed', 'a model client could not be watched; its tokens are not counted.', error);
	}
}

function openAt(client: object, path: readonly string[], kind: StainlessClient, family: object): void {
	const key = path[path.length - 1];
	let owner: unknown = client;
	for (const member of path.slice(0, -1)) {
		if (typeof owner !== 'object' || owner === null) return;
		owner = inspect(owner, member);
	}
	if (typeof owner !== 'object' || owner === null || key === undefined) return;
	overrideMethod(owner, key, (behind, self, args) => {
		const call = openModelCall();
		const outside = activeContext();
		let first: ModelCall | undefined = call;
		const next = () => {
			const one = first ?? runInContext(outside, openModelCall, undefined, []);
			first = undefined;
			return one;
		};
		const open: OpenCall = { family, next };
		const below = (...given: unknown[]) =>
			runInContext(activeContext().setValue(CALL, open), behind, self, kind.prepare?.(given) ?? given);
		return call.run(below, undefined, args);
	});
}

function meterFetch(client: object, kind: StainlessClient, family: object): boolean {
	const behind = inspect(client, 'fetch') as AnyFunction;
	if (done.fronts.has(behind)) return true;
	const front = {
		fetch(this: unknown, ...args: unknown[]): unknown {
			const path = pathOf(args[0]);
			const call = callOf(path, inspect((args[1] ?? {}) as object, 'method'), kind, family);
			if (call === undefined) return Reflect.apply(behind, this, args);
			const answer = answerTo(path, call, kind);
			const seen = (response: unknown) => {
				watch(response, answer, kind);
				return response;
			};
			return Promise.resolve(call.run(behind, this, args)).then(seen);
		},
	}.fetch;
	done.fronts.add(front);
	return overrideProperty(client, 'fetch', front);
}

function callOf(path: string, method: unknown, kind: StainlessClient, family: object): ModelCall | undefined {
	if (method !== 'POST' || !kind.spends(path)) return kind.asksAbout?.(path);
	const open = activeContext().getValue(CALL) as OpenCall | undefined;
	return open?.family === family ? open.next() : openModelCall();
}

function answerTo(path: string, call: ModelCall, kind: StainlessClient): HttpResponseReaders {
	return {
		call,
		ended: (usage, json, whole) => {
			if (usage !== undefined) kind.reported?.(path);
			else if (whole) kind.silent(path, json, call);
			else
				warnOnce(
					'models.left',
					`an answer to the ${kind.name} client was left before it reported any usage; what it spent is not counted.`,
				);
		},
	};
}

function watch(response: unknown, answer: HttpResponseReaders, { name }: StainlessClient): void {
	guarded(() => {
		// What an error reports counts; that it reports nothing is no news.
		const { call } = answer;
		if (watchHttpResponse(response, isSuccess(response) ? answer : { call, ended: () => {} })) return;
		warnOnce(
			'models.answer',
			`an answer to the ${name} client does not let itself be watched; its tokens are not counted.`,
		);
	});
}

function pathOf(url: unknown): string {
	try {
		const text = typeof url === 'object' && url !== null && 'url' in url ? url.url : url;
		return new URL(String(text)).pathname;
	} catch {
		return '';
	}
}
