import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { ConsoleSettings } from '../../../presets/console/options.js';
import { consoleParts, type OutputStream } from '../../../presets/console/processor.js';
import { environment, providers } from '../../support/providers.js';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** Creates a stream that keeps what is written to it, and that is a terminal or not. */
function stream(isTTY: boolean): OutputStream & { text: string } {
	const kept = {
		isTTY,
		text: '',
		writable: true,
		getColorDepth: () => 8,
		hasColors: () => true,
		on: () => kept,
		write: (text: string) => {
			kept.text += text;
			return true;
		},
		_write: () => undefined,
		_writableState: {},
	};
	return kept as unknown as OutputStream & { text: string };
}

let out: ReturnType<typeof stream>;
let presetEnvironment: ReturnType<typeof environment>;

beforeEach(() => {
	out = stream(false);
	presetEnvironment = environment();
});

function started(color: ConsoleSettings['color'] = 'auto') {
	const parts = consoleParts({ color }, presetEnvironment.whenProcessEnds, out);
	return { ...providers(parts), parts };
}

/** Returns a fixed time, so that the lines are the same in every run. */
const at = (ms: number) => new Date(1_700_000_000_000 + ms);

describe('console', () => {
	it('writes one line for a trace of one span', async () => {
		const { tracer, flush } = started();
		tracer
			.startSpan('agentese.invoke', {
				startTime: at(0),
				attributes: {
					'agentese.path': 'self.soul.challenge',
					'agentese.observer': 'kent',
					'agentese.tokens.in': 1234,
					'agentese.tokens.out': 567,
					'agentese.result': 'REJECT',
					'agentese.outcome': 'ok',
				},
			})
			.end(at(1200));
		expect(out.text).toBe('');
		await flush();
		expect(out.text).toBe('self.soul.challenge kent 1.2 s 1234→567 tokens REJECT ✓\n');
	});

	it('writes a tree for a trace of several spans, ordered by their start, with the message of a failed one', async () => {
		const { tracer, flush } = started();
		tracer.startActiveSpan('root', { startTime: at(0) }, (root) => {
			const second = tracer.startSpan('second', { startTime: at(20) });
			tracer.startActiveSpan('first', { startTime: at(1) }, (first) => {
				tracer.startSpan('inner', { startTime: at(2) }).end(at(5));
				first.end(at(10));
			});
			second.setStatus({ code: SpanStatusCode.ERROR, message: 'no\u001b[31m\nluck' });
			second.end(at(100));
			root.end(at(90_000));
		});
		await flush();
		expect(out.text.split('\n')).toEqual([
			'root 1.5 min ✓',
			'├─ first 9.0 ms ✓',
			'│  └─ inner 3.0 ms ✓',
			'└─ second 80 ms ✗ no [31m luck',
			'',
		]);
	});

	it('writes a span that ends after its root on a separate line, and waiting lines when the process ends', async () => {
		const { tracer, parts } = started();
		const root = tracer.startSpan('root', { startTime: at(0) });
		const inRoot = trace.setSpan(context.active(), root);
		const late = tracer.startSpan('late', { startTime: at(0) }, inRoot);
		root.end(at(1));
		late.end(at(2));
		expect(parts.stats?.().spans).toEqual({ created: 2, delivered: 0, queued: 2, dropped: 0, droppedBy: {} });
		presetEnvironment.end('final');
		expect(out.text).toBe('root 1.0 ms ✓\nlate 2.0 ms ✓\n');
		expect(parts.stats?.().spans).toEqual({ created: 2, delivered: 2, queued: 0, dropped: 0, droppedBy: {} });
	});

	/** Returns the context of a call from another process, or from this process to its own server. */
	const calledBy = (span: Span) => trace.setSpanContext(context.active(), { ...span.spanContext(), isRemote: true });

	it('writes one tree if an application calls its own server, even if the response ends after the call', async () => {
		const { tracer, flush } = started();
		for (const order of ['the server first', 'the root first']) {
			const root = tracer.startSpan('root', { startTime: at(0) });
			const call = tracer.startSpan('call', { startTime: at(1) }, trace.setSpan(context.active(), root));
			const served = tracer.startSpan('served', { startTime: at(2) }, calledBy(call));
			tracer.startSpan('query', { startTime: at(3) }, trace.setSpan(context.active(), served)).end(at(4));
			if (order === 'the server first') served.end(at(5));
			call.end(at(6));
			root.end(at(7));
			if (order === 'the root first') served.end(at(8));
		}
		await flush();
		const lines = out.text.replaceAll(/ [\d.]+ ms ✓/g, '').split('\n');
		const tree = ['root', '└─ call', '   └─ served', '      └─ query'];
		expect(lines).toEqual([...tree, ...tree, '']);
	});

	it('writes a tree for each call from another process, one after another or at the same time', async () => {
		const { tracer, flush } = started();
		const elsewhere = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
		const serve = (name: string, start: number) => {
			const served = tracer.startSpan(name, { startTime: at(start) }, calledBy(elsewhere));
			tracer.startSpan('query', { startTime: at(start) }, trace.setSpan(context.active(), served)).end(at(start + 1));
			return served;
		};
		serve('first', 0).end(at(2));
		serve('second', 10).end(at(12));
		const [third, fourth] = [serve('third', 20), serve('fourth', 21)];
		third.end(at(25));
		fourth.end(at(26));
		await flush();
		const lines = out.text.replaceAll(/ [\d.]+ ms ✓/g, '').split('\n');
		expect(lines).toEqual([...['first', 'second', 'third', 'fourth'].flatMap((name) => [name, '└─ query']), '']);
	});

	it('writes spans whose root never ended at shutdown', async () => {
		const { tracer, shutdown } = started();
		const never = trace.setSpan(context.active(), tracer.startSpan('never'));
		tracer.startSpan('child', { startTime: at(0) }, never).end(at(1));
		await shutdown();
		expect(out.text).toBe('child 1.0 ms ✓\n');
	});

	it('is in colour on a terminal or if color is always; otherwise never', async () => {
		const texts: string[] = [];
		for (const [color, terminal] of [
			['auto', true],
			['always', false],
			['auto', false],
			['never', true],
		] as const) {
			out = stream(terminal);
			const { tracer, flush } = started(color);
			tracer.startSpan('root', { startTime: at(0) }).end(at(1));
			await flush();
			texts.push(out.text);
		}
		expect(texts.map((text) => stripVTControlCharacters(text))).toEqual(Array(4).fill('root 1.0 ms ✓\n'));
		expect(texts.map((text) => text.includes('\u001b['))).toEqual([
			process.env['NO_COLOR'] === undefined,
			true,
			false,
			false,
		]);
	});
});
