import { event, events, json, type Part, type Reply, type Spent } from './wire.js';

/** Responses of the Gemini API: JSON, or events whose `usageMetadata` is the sum so far. */

let made = 0;

function content(parts: readonly object[], spent: Spent | undefined, finishReason?: string): object {
	const usage = spent && {
		promptTokenCount: spent.input,
		candidatesTokenCount: spent.output,
		totalTokenCount: spent.input + spent.output,
	};
	return {
		candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason ? { finishReason } : {}) }],
		...(usage ? { usageMetadata: usage } : {}),
		modelVersion: 'gemini-test',
		responseId: `response-${++made}`,
	};
}

const CALL = [{ functionCall: { name: 'look', args: {} } }];

/** A response with text. */
export const says = (spent: Spent): Reply => json(content([{ text: 'yes' }], spent, 'STOP'), spent);

/** A response that calls the tool `look`. */
export const callsTool = (spent: Spent): Reply => json(content(CALL, spent, 'STOP'), spent);

/** An error before any token is used. */
export const refuses = (code: number, status: string): Reply =>
	json({ error: { code, message: `${status} of a test`, status } }, undefined, code);

/** The events of a stream, each with the usage so far, or null; the last one ends the response. */
export function streamed(usage: readonly (Spent | null)[], last: readonly object[] = [{ text: 'done' }]): Part[] {
	const responseId = `response-${++made}`;
	return usage.map((spent, at) => {
		const ends = at === usage.length - 1;
		const value = content(ends ? last : [{ text: `word ${at} ` }], spent ?? undefined, ends ? 'STOP' : undefined);
		return event({ ...value, responseId }, spent === null ? {} : { reports: spent });
	});
}

/** A complete stream. */
export const streams = (...usage: readonly (Spent | null)[]): Reply => events(...streamed(usage));

/** A stream that calls the tool `look`. */
export const streamsTool = (spent: Spent): Reply => events(...streamed([null, spent], CALL));

/** A stream without its last event. */
export const begins = (spent: Spent): Part[] => streamed([spent, null]).slice(0, 1);

/** The event of a stream that the server cannot complete. */
export const fails = (): Part =>
	event({ error: { code: 500, message: 'Internal error of a test', status: 'INTERNAL' } });

/** One embedding. */
export const embeds = (spent: Spent): Reply =>
	json({ embeddings: [{ values: [0.1, 0.2] }], usageMetadata: { promptTokenCount: spent.input } }, spent);

const interaction = (status: string, spent?: Spent) => ({
	id: `interaction-${++made}`,
	object: 'interaction',
	status,
	model: 'gemini-test',
	steps: [{ type: 'model_output', content: [{ type: 'text', text: 'yes' }] }],
	...(spent
		? {
				usage: {
					total_input_tokens: spent.input,
					total_output_tokens: spent.output,
					total_tokens: spent.input + spent.output,
				},
			}
		: {}),
});

/** A response of the Interactions API. */
export const interacts = (spent: Spent): Reply => json(interaction('completed', spent), spent);

/** The events of a streamed response of the Interactions API. */
export const interactsInStream = (spent: Spent): Part[] => [
	event({ event_type: 'interaction.created', interaction: interaction('in_progress') }),
	event({ event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'yes' } }),
	event({ event_type: 'interaction.completed', interaction: interaction('completed', spent) }, { reports: spent }),
];
