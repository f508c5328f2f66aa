import { Attribute, Metered, Observer, Resolver, Traced } from 'agentese-otel';
import { ponder, type Umwelt } from '../umwelt.js';

/**
 * `time.witness`. Files in `legacy/` are compiled with `experimentalDecorators`. Only those decorators can be on a
 * parameter.
 */
@Resolver('time.witness')
export class Witness {
	readonly #marks: string[] = [];

	/** `@Observer` marks the argument that is the observer; `@Attribute` sets an argument as a span attribute. */
	@Traced()
	@Metered()
	async mark(@Observer() _umwelt: Umwelt, @Attribute('garden.mark') event: string): Promise<number> {
		await ponder(2);
		return this.#marks.push(event);
	}
}

/** `time.coffee`: the method is an arrow function in a field, which the decorators wrap on each instance. */
@Resolver('time.coffee')
export class Coffee {
	@Traced()
	@Metered()
	weather = async (_umwelt: Umwelt): Promise<string> => {
		await ponder(3);
		return 'mild, with a chance of insight';
	};
}
