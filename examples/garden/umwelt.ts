import { setTimeout as sleep } from 'node:timers/promises';

/** The observer of an invocation, in any shape that AGENTESE defines. The toolkit reads id and archetype from each. */
export type Umwelt = object | null | undefined;

/** An umwelt: name and archetype are in its `dna`. */
export const kent: Umwelt = {
	state: {},
	dna: { name: 'kent', archetype: 'gardener', capabilities: ['prune'] },
	gravity: 1,
};

/** An observer of AGENTESE v3: an archetype and capabilities, without an id. */
export const guest: Umwelt = { archetype: 'guest', capabilities: [] };

/** An observer with an archetype and an id, as a gateway over HTTP creates it. */
export const viewer: Umwelt = { archetype: 'viewer', id: 'web-7f3a', capabilities: ['read'] };

/** An observer of a tenant: the specification's `userId`, `tenant_id` and `session_id`. */
export const scholar: Umwelt = { archetype: 'scholar', userId: 'ada', tenant_id: 'academy', session_id: 's-1' };

/** Waits for `milliseconds`, in place of the work that a real resolver would do. */
export async function ponder(milliseconds: number): Promise<void> {
	await sleep(milliseconds);
}
