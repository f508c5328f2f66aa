/**
 * Checked by the compiler in both decorator standards, never run: the 25 most frequent wishes, each as its ideal form in
 * the design of this API. The numbers are those of the wishes.
 */
import type { IncomingMessage } from 'node:http';
import type { Counter } from '@opentelemetry/api';
import {
	Aspect,
	createLogos,
	createTraced,
	currentInvocation,
	injectContext,
	instrument,
	linkFrom,
	propagate,
	Resolver,
	recordTokens,
	SpanAttribute,
	startInvocation,
	Traced,
	traced,
	Untraced,
	withObserver,
} from '../../index.js';
import { startTelemetry, type TelemetryConfig } from '../../sdk/index.js';
import { testTelemetry } from '../../testing/index.js';

declare class NotFound extends Error {}
declare class Consent extends Error {}
declare class Foreign {
	load(): string;
}
declare const request: IncomingMessage;
declare const carrier: Record<string, string>;
declare const retries: Counter;

interface Job {
	readonly data: { readonly headers: Record<string, string> };
}

/** 8: defaults for a class. */
@Traced({ attributes: () => ({ 'app.area': 'shop' }) })
@Resolver('self.shop')
export class Shop {
	/** 4: an attribute on all children. */
	@SpanAttribute('app.tenant', { propagate: true })
	tenant = 'acme';

	/** 1: a span and a metric. */
	@Traced() pay(): void {}

	/** 2: a name. */
	@Traced('pay')
	settle(): void {}

	/** 6: a name from the arguments, and from the object. */
	@Aspect
	@Traced({ name: ([, id], self) => `pay ${id.length} ${self.tenant}` })
	named(_umwelt: unknown, id: string): string {
		return id;
	}

	@Traced()
	inside(): string {
		// 3: an attribute from inside.
		currentInvocation()?.set({ 'app.items': 3 });
		// 4: an attribute on all children.
		currentInvocation()?.propagate({ 'app.plan': 'pro' });
		// 5: a tag on the root.
		currentInvocation()?.root.set({ 'app.user': 'kent' });
		currentInvocation()?.rename('shop.inside').fail(new Error('caught'));
		// 12: a link from inside.
		currentInvocation()?.link(linkFrom(request.headers));
		// 15: a metric of one's own.
		currentInvocation()?.count('app.retries');
		currentInvocation()?.count('app.bytes', 1024);
		retries.add(1, currentInvocation()?.metricAttributes);
		// 16: logs with the trace id.
		return `${currentInvocation()?.traceId}/${currentInvocation()?.spanId}`;
	}

	/** 7: expected errors. */
	@Traced({ expected: [NotFound] })
	find(): void {}

	/** 7: the same as a function. */
	@Traced({ expected: (error) => error instanceof Consent })
	consent(): void {}

	/** 9: only if. */
	@Traced({ when: ([amount], self) => amount > 10 && self instanceof Shop })
	sometimes(amount: number): number {
		return amount;
	}

	/** 8: not this one of a traced class. */
	@Untraced
	ping(): void {}

	/** 11: a background job, with a link to who queued it. */
	@Traced({ root: true })
	sweep(): void {}

	/** 12: through a queue. */
	@Traced({ links: ([job]) => linkFrom(job.data.headers) })
	work(job: Job): void {
		injectContext(job.data.headers);
		injectContext(carrier);
	}

	/** 13: a streaming Response. */
	@Traced({ result: (response) => response.status })
	answer(body: ReadableStream): Response {
		return new Response(body);
	}

	/** 14: tokens and model of a client of one's own. */
	@Traced({ tokens: (reply) => ({ input: reply.used.prompt, output: reply.used.answer, model: 'own' }) })
	async ask(): Promise<{ used: { prompt: number; answer: number } }> {
		recordTokens({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
		recordTokens({ input: 1, output: 2 });
		return { used: { prompt: 1, answer: 2 } };
	}

	/** What is written of the result alone, or of one argument. */
	@Traced({ capture: { arguments: ([, note]) => ({ note }), result: 'full' } })
	login(_password: string, note: string): string {
		return note;
	}
}

/** 8: defaults for the whole process. */
const AppTraced = createTraced({ expected: [NotFound, Consent], attributes: () => ({ 'app.area': 'shop' }) });

@AppTraced
export class Till {
	@AppTraced({ result: (sum) => sum.toFixed(2) })
	sum(): number {
		return 1;
	}

	@AppTraced
	open(): void {}

	@AppTraced('till.close')
	close(): void {}
}

/** 10: somebody's class, object or module. */
export const foreign: typeof Foreign = instrument(Foreign);
export const path: typeof import('node:path') = instrument(await import('node:path'), { include: ['base*'] });

/** 4: attributes on all children of a function. */
export const plan: number = propagate({ 'app.plan': 'pro' }, () => 1);

/** 24: the observer of a request. */
export const observed: string = withObserver({ id: 'kent' }, () => 'answer');

/** Paths, arguments and results that the compiler knows. */
const logos = createLogos({ 'self.shop': new Shop() });
export const invoked: Promise<string> = logos.invoke('self.shop.named', null, 'x');
export const listed: Promise<string> = createLogos([new Shop()]).invoke<string>('self.shop.named', null, 'x');

/** 17: a test. */
export async function test(): Promise<number> {
	await using t = await testTelemetry();
	new Shop().pay();
	return t.invocations('self.shop.pay').length;
}

/** 25: a command; 19: off in tests; 21: changes while it runs; 22: a health endpoint. */
export async function main(): Promise<'ok' | 'degraded' | 'failing'> {
	await using telemetry = await startTelemetry({ preset: 'console', enabled: false, delivery: { endTimeout: '1s' } });
	using invocation = startInvocation('time.cron.sweep', { result: (count) => String(count) });
	invocation.end(await traced(async () => 3, { name: 'sweep', result: (count) => count })());
	await telemetry.update({ rules: [{ match: 'self.**', enabled: false }], sampling: { rate: 0.1 }, logLevel: 'error' });
	const { status, reasons } = telemetry.health();
	console.log(reasons);
	return status;
}

/** The config of a process. */
export const config: TelemetryConfig = { serviceVersion: '1.0.0', environment: 'test', metered: true };
