import { refuseContradiction } from '../lib/weaving/decorate.js';
import { type DecoratorTarget, readTarget } from '../lib/weaving/decorator-target.js';
import { placeInWords, refusal } from './refuse.js';
import type { BareDecorator } from './types.js';

/** The types of `@Untraced`, bare and called, in both decorator standards. */
export type UntracedDecorator = BareDecorator & (() => BareDecorator);

/**
 * Leaves a method out of what a decorator on its class means, and takes away the span that `createLogos` would make of
 * it. The counters of `createLogos` stay.
 *
 * @throws DecorationError when the class is defined, beside `@Traced` on the same method, and on anything but a method
 */
export const Untraced = ((...args: unknown[]) => {
	const place = readTarget(args);
	return place === undefined ? (...at: unknown[]) => declare(readTarget(at)) : declare(place);
}) as UntracedDecorator;

function declare(place: DecoratorTarget | undefined): undefined {
	if (place?.at !== 'member') {
		throw refusal(place, {
			decorator: '@Untraced',
			rule: '@Untraced goes on a method.',
			got: placeInWords(place),
			wayOut: 'leaving @Traced off the class',
		});
	}
	const member = place.member();
	refuseContradiction('Untraced', member, place.className);
	member.untraced = true;
}
