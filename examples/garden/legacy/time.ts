import { Aspect, Resolver, SpanAttribute, Traced, Umwelt } from 'agentese-otel';
import { type Umwelt as GardenUmwelt, ponder } from '../umwelt.js';

/**
 * `time.witness`. Files in `legacy/` are compiled with `experimentalDecorators`. Only those decorators can be on a
 * parameter.
 */
@Resolver('time.witness')
export class Witness {
	readonly #marks: string[] = [];

	/** `@Umwelt` marks the argument that is the observer; `@SpanAttribute` sets an argument as a span attribute. */
	@Aspect
	@Traced()
	async mark(@Umwelt() _umwelt: GardenUmwelt, @SpanAttribute('garden.mark') event: string): Promise<number> {
		await ponder(2);
		return this.#marks.push(event);
	}
}

/** `time.coffee`: the method is an arrow function in a field, which the decorators wrap on each instance. */
@Resolver('time.coffee')
export class Coffee {
	@Aspect
	@Traced()
	weather = async (_umwelt: GardenUmwelt): Promise<string> => {
		await ponder(3);
		return 'mild, with a chance of insight';
	};
}
