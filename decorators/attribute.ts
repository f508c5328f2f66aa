import { declareAttribute, memberOn } from '../lib/weaving/declarations.js';
import { type DecoratorTarget, readTarget } from '../lib/weaving/decorator-target.js';
import { placeInWords, refusal } from './refuse.js';

/** The types of `@Attribute(key)`: on a parameter (legacy), a field, a getter or an accessor (both standards). */
export type AttributeDecorator = ((target: object, key: PropertyKey | undefined, index: number) => void) &
	((target: object, key: PropertyKey, descriptor?: PropertyDescriptor) => void) &
	(<This, V>(value: undefined, context: ClassFieldDecoratorContext<This, V>) => void) &
	(<This, V>(value: () => V, context: ClassGetterDecoratorContext<This, V>) => void) &
	(<This, V>(value: ClassAccessorDecoratorTarget<This, V>, context: ClassAccessorDecoratorContext<This, V>) => void);

/**
 * Puts a value on the span under this key: a parameter's on the spans of its method, a field's or accessor's on the
 * spans of all traced methods of that object. What OpenTelemetry would drop is written as text.
 *
 * @throws DecorationError when the class is defined, for an empty key, and on a method or a class
 */
export function Attribute(key: string): AttributeDecorator {
	return ((...args: unknown[]) => {
		const place = readTarget(args);
		if (typeof key !== 'string' || key === '') {
			throw refusal(place, {
				decorator: '@Attribute',
				rule: "@Attribute takes the attribute's key.",
				got: key === '' ? 'an empty text' : typeof key,
				wayOut: "@Attribute('app.tenant')",
			});
		}
		if (place?.at === 'parameter' && place.key !== undefined) {
			memberOn(place.owner, place.key, 'method').parameterAttributes.push({ index: place.index, attribute: key });
			return;
		}
		if (place?.at !== 'member' || place.kind === 'method' || place.kind === 'setter') {
			throw refusal(place, {
				decorator: '@Attribute',
				rule: '@Attribute goes on a parameter of a method, a field, a getter or an accessor.',
				got: placeInWords(place),
				wayOut: '@Traced({ attributes: (args, self) => ({ … }) }) on the method',
			});
		}
		declareOn(place, key);
	}) as AttributeDecorator;
}

function declareOn(place: DecoratorTarget & { at: 'member' }, attribute: string): void {
	const { key, owner, tc39 } = place;
	const read = (self: object): unknown => tc39?.access?.get?.(self) ?? (self as Record<PropertyKey, unknown>)[key];
	if (owner !== undefined) declareAttribute({ owner }, { attribute, read });
	else if (tc39?.metadata !== undefined) declareAttribute({ metadata: tc39.metadata }, { attribute, read });
}
