import { Aspect, Attribute, currentInvocation, Metered, Resolver, Traced } from 'agentese-otel';
import { ponder, type Umwelt } from './umwelt.js';

/** `world.town.:citizen`: one class for all citizens. Spans carry the citizen's id, metrics only the template. */
@Resolver('world.town.:citizen')
export class Town {
	@Attribute('garden.town')
	readonly name = 'Emergence';

	@Traced()
	@Metered()
	async manifest(_umwelt: Umwelt): Promise<{ citizen: string | undefined; town: string }> {
		await ponder(4);
		return { citizen: currentInvocation()?.params['citizen'], town: this.name };
	}
}

/** `world.workshop`: `@Aspect` alone publishes; logos traces and counts every invocation anyway. */
@Resolver('world.workshop')
export class Workshop {
	readonly #tasks = ['prune', 'water'];

	@Aspect('task', { affordedTo: ['gardener'] })
	takeTask(_umwelt: Umwelt): string {
		return this.#tasks[0] ?? 'rest';
	}

	@Aspect()
	status(_umwelt: Umwelt): Map<string, number> {
		return new Map([['tasks', this.#tasks.length]]);
	}
}
