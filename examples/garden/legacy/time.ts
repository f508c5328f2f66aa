import { Attribute, Metered, Observer, Resolver, Traced } from 'agentese-otel';
import { ponder, type Umwelt } from '../umwelt.js';

/** `time.witness`, compiled with legacy decorators: parameters can be decorated here. */
@Resolver('time.witness')
export class Witness {
	readonly #marks: string[] = [];

	@Traced()
	@Metered()
	async mark(@Observer() _umwelt: Umwelt, @Attribute('garden.mark') what: string): Promise<number> {
		await ponder(2);
		return this.#marks.push(what);
	}
}

/** `time.coffee`: an arrow-function field, which legacy decorators reach on each instance. */
@Resolver('time.coffee')
export class Coffee {
	@Traced()
	@Metered()
	weather = async (_umwelt: Umwelt): Promise<string> => {
		await ponder(3);
		return 'mild, with a chance of insight';
	};
}
