import { CompositionViolationError } from '../errors/errors.js';

/** The most stages of a composition: each is an invocation with a span of its own. */
const MAX_STAGES = 64;

/**
 * Splits a composition into its stages: `a.b.c >> d.e.f` has two. Blanks and line breaks around `>>` are removed. Those
 * at both ends of the whole text are kept, because a path is never trimmed. The stages are not parsed.
 *
 * @returns the texts of the stages in order; undefined if the text contains no `>>` or is not a string
 * @throws CompositionViolationError if a stage is empty, and for more than 64 stages
 */
export function splitComposition(text: unknown): string[] | undefined {
	if (typeof text !== 'string' || !text.includes('>>')) return undefined;
	const stages = text.split('>>', MAX_STAGES + 1);
	if (stages.length > MAX_STAGES) {
		throw new CompositionViolationError(text, `has more than ${MAX_STAGES} stages`, {
			why: 'Each stage is a separate invocation.',
			tries: ['an aspect that does several of them'],
		});
	}
	const last = stages.length - 1;
	const trimmed = stages.map((stage, at) => {
		const open = at === 0 ? stage : stage.trimStart();
		return at === last ? open : open.trimEnd();
	});
	const empty = trimmed.findIndex((stage) => stage.trim() === '');
	if (empty < 0) return trimmed;
	throw new CompositionViolationError(text, `has nothing in stage ${empty + 1}`, {
		why: 'Each ">>" separates two paths.',
		tries: ['"self.soul.manifest >> self.soul.challenge"'],
	});
}
