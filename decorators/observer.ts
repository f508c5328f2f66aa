import { memberOn } from '../lib/weaving/declarations.js';
import { readTarget } from '../lib/weaving/decorator-target.js';
import { placeInWords, refusal } from './refuse.js';

/**
 * Says which parameter of a method is the umwelt, where it is not the first. Parameter decorators exist in the legacy
 * standard only; in TC39 the `observer` option of `@Traced` says the same.
 *
 * @throws DecorationError when the class is defined, on anything but a parameter of a method
 */
export function Observer(): ParameterDecorator {
	return (...args: unknown[]) => {
		const place = readTarget(args);
		if (place?.at !== 'parameter' || place.key === undefined) {
			throw refusal(place, {
				decorator: '@Observer',
				rule: '@Observer() goes on a parameter of a method.',
				got: place?.at === 'parameter' ? 'a parameter of the constructor' : placeInWords(place),
				wayOut: '@Traced({ observer: (args) => args[1] }) on the method',
			});
		}
		memberOn(place.owner, place.key, 'method').observerAt = place.index;
	};
}
