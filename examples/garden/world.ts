import { Aspect, currentInvocation, Resolver, SpanAttribute, Traced } from 'agentese-otel';
import { ponder, type Umwelt } from './umwelt.js';

/**
 * `world.town.:citizen`: one class for all citizens, since `:citizen` matches any segment. Spans have the real path,
 * such as `world.town.kent_001.manifest`; metrics have the template, `world.town.:citizen.manifest`, so that the number
 * of series stays bounded.
 */
@Resolver('world.town.:citizen')
export class Town {
	/** The decorator sets the field's value as the attribute `garden.town` on the span of each invocation. */
	@SpanAttribute('garden.town')
	readonly name = 'Emergence';

	/** `currentInvocation()` returns the running invocation; `params` has the segments that the template matched. */
	@Aspect
	@Traced()
	async manifest(_umwelt: Umwelt): Promise<{ citizen: string | undefined; town: string }> {
		await ponder(4);
		return { citizen: currentInvocation()?.params['citizen'], town: this.name };
	}
}

/**
 * `world.workshop`: `@Aspect` alone publishes a method without tracing direct calls of it. An invocation through a
 * dispatcher is traced and counted even so.
 */
@Resolver('world.workshop')
export class Workshop {
	readonly #tasks = ['prune', 'water'];

	/** `world.workshop.task`, for gardeners only: the dispatcher refuses every other archetype. */
	@Aspect('task', { affordedTo: ['gardener'] })
	takeTask(_umwelt: Umwelt): string {
		return this.#tasks[0] ?? 'rest';
	}

	/** `world.workshop.status`: without a name, the aspect is the method's name. */
	@Aspect()
	status(_umwelt: Umwelt): Map<string, number> {
		return new Map([['tasks', this.#tasks.length]]);
	}
}
