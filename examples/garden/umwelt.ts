import { setTimeout as sleep } from 'node:timers/promises';

/** Whoever asks, in any of AGENTESE's shapes; the toolkit reads all of them. */
export type Umwelt = object | null | undefined;

/** The gardener: an umwelt with its dna. */
export const kent: Umwelt = {
	state: {},
	dna: { name: 'kent', archetype: 'gardener', capabilities: ['prune'] },
	gravity: 1,
};

/** A v3 observer: an archetype without an id. */
export const guest: Umwelt = { archetype: 'guest', capabilities: [] };

/** A viewer over HTTP. */
export const viewer: Umwelt = { archetype: 'viewer', id: 'web-7f3a', capabilities: ['read'] };

/** An agent of a tenant, as the specification has it. */
export const scholar: Umwelt = { archetype: 'scholar', userId: 'ada', tenant_id: 'academy', session_id: 's-1' };

/** Thinks for that many milliseconds. */
export async function ponder(milliseconds: number): Promise<void> {
	await sleep(milliseconds);
}
