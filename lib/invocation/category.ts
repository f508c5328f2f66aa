/** The kinds of aspects that AGENTESE knows. */
export const CATEGORIES = ['perception', 'mutation', 'composition', 'introspection', 'generation', 'entropy'] as const;

/** What kind of aspect one is. */
export type Category = (typeof CATEGORIES)[number];
