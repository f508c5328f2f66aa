import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BodyUsage } from '../../../../lib/tokens/model-calls/body-usage.js';

const CHUNK = { id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'gpt-6', choices: [] };
const LAST = { ...CHUNK, usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 } };
const STORY = 'Ä “fox” 🦊\r\n\r\ndata: {"usage":{"prompt_tokens":999}}';
const CONTENT = { ...CHUNK, choices: [{ index: 0, delta: { content: STORY } }], usage: null };

const START = {
	type: 'message_start',
	message: { id: 'msg_1', type: 'message', model: 'claude', usage: { input_tokens: 25, output_tokens: 1 } },
};
const DELTA = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 15 } };

const events = (ends: string, ...data: (object | string)[]) =>
	data.map((each) => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}${ends}${ends}`).join('');

function read(bytes: Uint8Array, cuts: readonly number[]): BodyUsage {
	const body = new BodyUsage();
	const at = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
	for (const [i, from] of at.slice(0, -1).entries()) body.add(bytes.subarray(from, at[i + 1]));
	return body;
}

describe('BodyUsage', () => {
	it.each(['\n', '\r\n'])('reads events that end with %j, wherever they are cut', (ends) => {
		const bytes = Buffer.from(events(ends, CHUNK, CONTENT, LAST, '[DONE]'));
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
				const body = read(bytes, cuts);
				expect(body.complete).toBe(true);
				expect(body.usage(true)).toMatchObject({ input: 11, output: 5 });
			}),
		);
	});

	it('reads JSON, wherever it is cut', () => {
		const bytes = Buffer.from(JSON.stringify({ ...LAST, object: 'chat.completion', text: STORY }));
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
				expect(read(bytes, cuts).usage(true)).toMatchObject({ input: 11, output: 5 });
			}),
		);
	});

	it('reads an event with several data lines, comments and unused fields, and one that does not end', () => {
		const [head, tail] = JSON.stringify(LAST).split(',"usage"');
		const body = new BodyUsage();
		body.add(`: hello\nid: 7\nretry: 10\nevent: chunk\ndata: ${head}\ndata: ,"usage"${tail}`);
		expect(body.usage(true)).toMatchObject({ input: 11, output: 5 });
	});

	it('is partial if it was left early, and not if the last event came', () => {
		const named = (...all: { readonly type: string }[]) =>
			all.map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`).join('');
		const left = new BodyUsage();
		left.add(named(START));
		expect([left.complete, left.usage(false)]).toMatchObject([false, { input: 25, output: 1, partial: true }]);
		const whole = new BodyUsage();
		whole.add(named(START, DELTA, { type: 'message_stop' }));
		expect([whole.complete, whole.usage(false)]).toMatchObject([true, { input: 25, output: 15 }]);
		expect(whole.usage(false)?.partial).not.toBe(true);
	});

	it.each(['', '\n\n', 'data: {"usage":\n\n', '{"usage":', 'data: [DONE]\n\n', 'nothing of the kind', '[1,2]'])(
		'finds nothing in %j',
		(text) => {
			const body = new BodyUsage();
			body.add(text);
			expect(body.usage(true)).toBeUndefined();
			expect(BodyUsage.of(text).usage).toBeUndefined();
		},
	);

	it('ignores chunks that are neither text nor bytes', () => {
		const body = new BodyUsage();
		for (const chunk of [undefined, null, 7, {}, Symbol('x')]) body.add(chunk);
		expect(body.usage(true)).toBeUndefined();
	});
});
