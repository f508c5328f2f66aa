/** What kind of work an aspect does, in AGENTESE's terms. */
export type AspectCategory = 'perception' | 'mutation' | 'composition' | 'introspection' | 'generation' | 'entropy';

/** The categories of aspects that AGENTESE defines. */
export const CATEGORIES = [
	'perception',
	'mutation',
	'composition',
	'introspection',
	'generation',
	'entropy',
] as const satisfies readonly AspectCategory[];
