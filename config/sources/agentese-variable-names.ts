/** The variables of ours that are no key of the config. */
export const OTHERS: readonly string[] = ['AGENTESE_CONFIG', 'AGENTESE_CONFIG_FORMATS'];

/** Whether a variable may say a key of the config. */
export function isAgenteseVariable(name: string): boolean {
	return name.startsWith('AGENTESE_') && !OTHERS.includes(name);
}
