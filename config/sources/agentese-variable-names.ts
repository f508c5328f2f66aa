/** The toolkit's environment variables that are not keys of the config. */
export const NON_CONFIG_VARIABLES: readonly string[] = ['AGENTESE_CONFIG', 'AGENTESE_CONFIG_FORMATS'];

/** Whether an environment variable may set a key of the config. Its name is not checked further. */
export function isAgenteseVariable(name: string): boolean {
	return name.startsWith('AGENTESE_') && !NON_CONFIG_VARIABLES.includes(name);
}
