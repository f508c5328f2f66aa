/** Checked by the compiler in both decorator standards, never run: what is most often wished for, in one line each. */
import type { IncomingMessage } from 'node:http';
import {
	createLogos,
	currentInvocation,
	injectContext,
	instrument,
	linkFrom,
	propagate,
	Resolver,
	recordTokens,
	startInvocation,
	Traced,
	traced,
	Untraced,
	withObserver,
} from '../../index.js';
import { startTelemetry } from '../../sdk/index.js';

declare class NotFound extends Error {}
declare class Foreign {
	load(): string;
}
declare const request: IncomingMessage;

interface Job {
	readonly data: { readonly headers: Record<string, string> };
}

@Traced({ attributes: () => ({ 'app.area': 'shop' }) })
@Resolver('self.shop')
export class Shop {
	/** A span and a metric. */
	@Traced()
	pay(): void {}

	/** A name, from the arguments too. */
	@Traced({ name: ([id]) => `pay ${id.length}` })
	named(id: string): string {
		return id;
	}

	/** Attributes, a name, a link and a caught error from inside; ids for log lines. */
	@Traced()
	inside(): string {
		const invocation = currentInvocation();
		invocation
			?.set({ 'app.items': 3 })
			.propagate({ 'app.plan': 'pro' })
			.rename('shop.inside')
			.fail(new Error('caught'));
		invocation?.root.set({ 'app.user': 'kent' });
		invocation?.link(linkFrom(request.headers));
		return `${invocation?.traceId}/${invocation?.spanId}`;
	}

	/** Expected errors. */
	@Traced({ expected: [NotFound] })
	find(): void {}

	/** Only if. */
	@Traced({ when: ([amount], self) => amount > 10 && self instanceof Shop })
	sometimes(amount: number): number {
		return amount;
	}

	/** Not this one of a traced class. */
	@Untraced
	ping(): void {}

	/** A background job with a link to who queued it. */
	@Traced({ root: true, links: ([job]) => linkFrom(job.data.headers) })
	work(job: Job): void {
		injectContext(job.data.headers);
	}

	/** A streaming Response. */
	@Traced({ result: (response) => response.status })
	answer(body: ReadableStream): Response {
		return new Response(body);
	}

	/** Tokens and model of a client of one's own. */
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

/** Somebody's class, object or module. */
export const foreign: typeof Foreign = instrument(Foreign);
export const path: typeof import('node:path') = instrument(await import('node:path'), { include: ['base*'] });

/** Attributes on all children, and the observer of a request. */
export const plan: number = propagate({ 'app.plan': 'pro' }, () => 1);
export const observed: string = withObserver({ id: 'kent' }, () => 'answer');
export const invoked: Promise<string> = createLogos([new Shop()]).invoke<string>('self.shop.named', null, 'x');

/** A command. */
export async function main(): Promise<void> {
	await using _telemetry = await startTelemetry({ preset: 'console', environment: 'test' });
	using invocation = startInvocation('time.cron.sweep', { result: (count) => String(count) });
	invocation.end(await traced(async () => 3, { name: 'sweep', result: (count) => count })());
}
