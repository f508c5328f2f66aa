import { event, events, json, type Part, type Reply, type Spent } from './wire.js';

/** Answers of the Gemini API: JSON, or events whose every `usageMetadata` is the sum so far. */

let made = 0;

function content(parts: readonly object[], spent: Spent | undefined, finishReason?: string): object {
	const usage = spent && {
		promptTokenCount: spent.in,
		candidatesTokenCount: spent.out,
		totalTokenCount: spent.in + spent.out,
	};
	return {
		candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason ? { finishReason } : {}) }],
		...(usage ? { usageMetadata: usage } : {}),
		modelVersion: 'gemini-test',
		responseId: `response-${++made}`,
	};
}

const CALL = [{ functionCall: { name: 'look', args: {} } }];

/** An answer of words. */
export const says = (spent: Spent): Reply => json(content([{ text: 'yes' }], spent, 'STOP'), spent);

/** An answer that calls the tool `look`. */
export const callsTool = (spent: Spent): Reply => json(content(CALL, spent, 'STOP'), spent);

/** A refusal, before anything is spent. */
export const refuses = (code: number, status: string): Reply =>
	json({ error: { code, message: `${status} of a test`, status } }, undefined, code);

/** The events of a stream, each with what was spent so far, or null; the last one ends the answer. */
export function streamed(usage: readonly (Spent | null)[], last: readonly object[] = [{ text: 'done' }]): Part[] {
	const responseId = `response-${++made}`;
	return usage.map((spent, at) => {
		const ends = at === usage.length - 1;
		const value = content(ends ? last : [{ text: `word ${at} ` }], spent ?? undefined, ends ? 'STOP' : undefined);
		return event({ ...value, responseId }, spent === null ? {} : { reports: spent });
	});
}

/** A whole stream. */
export const streams = (...usage: readonly (Spent | null)[]): Reply => events(...streamed(usage));

/** A stream that calls the tool `look`. */
export const streamsTool = (spent: Spent): Reply => events(...streamed([null, spent], CALL));

/** The begin of a stream, without its last event. */
export const begins = (spent: Spent): Part[] => streamed([spent, null]).slice(0, 1);

/** What the server says in a stream that it cannot finish. */
export const fails = (): Part =>
	event({ error: { code: 500, message: 'Internal error of a test', status: 'INTERNAL' } });

/** One embedding. */
export const embeds = (spent: Spent): Reply =>
	json({ embeddings: [{ values: [0.1, 0.2] }], usageMetadata: { promptTokenCount: spent.in } }, spent);

const interaction = (status: string, spent?: Spent) => ({
	id: `interaction-${++made}`,
	object: 'interaction',
	status,
	model: 'gemini-test',
	steps: [{ type: 'model_output', content: [{ type: 'text', text: 'yes' }] }],
	...(spent
		? { usage: { total_input_tokens: spent.in, total_output_tokens: spent.out, total_tokens: spent.in + spent.out } }
		: {}),
});

/** An answer of the Interactions API. */
export const interacts = (spent: Spent): Reply => json(interaction('completed', spent), spent);

/** The events of a streamed one. */
export const interactsInStream = (spent: Spent): Part[] => [
	event({ event_type: 'interaction.created', interaction: interaction('in_progress') }),
	event({ event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'yes' } }),
	event({ event_type: 'interaction.completed', interaction: interaction('completed', spent) }, { reports: spent }),
];
