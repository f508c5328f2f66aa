import { DecorationError } from '../lib/agentese/errors/errors.js';
import type { DecoratorTarget } from '../lib/weaving/decorator-target.js';
import { nameOfClass } from '../lib/weaving/prototype-chain.js';

/** What a decorator says of wrong use. */
export interface Refusal {
	readonly decorator: string;
	readonly rule: string;
	readonly got: string;
	readonly wayOut: string;
	readonly cause?: unknown;
}

/** The error for a decorator that stands where it cannot, or says what it cannot. */
export function refusal(place: DecoratorTarget | undefined, wrong: Refusal): DecorationError {
	return new DecorationError({ ...wrong, ...where(place) });
}

/** A place in words: `a getter`, `a parameter`. */
export function placeInWords(place: DecoratorTarget | undefined): string {
	if (place === undefined) return 'no class and no member of one';
	if (place.at !== 'member') return `a ${place.at}`;
	return place.kind === 'accessor' ? 'an accessor' : `a ${place.kind}`;
}

function where(place: DecoratorTarget | undefined): { class: string; member?: string } {
	if (place === undefined) return { class: '' };
	if (place.at === 'class') return { class: nameOfClass(place.cls) };
	if (place.at === 'parameter') return { class: nameOfClass(place.owner), member: String(place.key ?? 'constructor') };
	return { class: place.className, member: String(place.key) };
}
