/** Settings for all join points that a pattern matches. It is set in the configuration, so no code changes. */
export interface Rule {
	/**
	 * A glob over the template of a path (`world.**`, `world.town.*.manifest`) or over `Class.method` (`Soul.*`): `*` is
	 * one segment, `**` any number of them or none. A parameter of a template is matched by `*`, `**` and any parameter
	 * (`:citizen`), never by the id of one entity. At most 1,024 characters.
	 */
	readonly match: string;
	/** False: neither traced nor counted, as if the method were not woven. @default true */
	readonly enabled?: boolean | undefined;
	/** The name of its spans; it wins over the decorator's `name` and over `spanName`. @default none */
	readonly name?: string | undefined;
	/** The share of traces to keep of those that begin at the join point, from 0 to 1. @default `sampling.rate` */
	readonly rate?: number | undefined;
}

/** The longest pattern, in characters. */
const MAX_LENGTH = 1024;

/** Returns a sentence on what is wrong with a pattern; undefined if it is valid. */
export function faultOfMatch(match: unknown): string | undefined {
	if (typeof match !== 'string') return `A rule's "match" is a text such as "world.**"; it got ${shown(match)}.`;
	if (match === '' || match.length > MAX_LENGTH || match.split('.').some((segment) => !isPart(segment))) {
		return (
			'A rule\'s "match" is segments with dots between them, as "world.**", "world.town.*.manifest" or "Soul.*"; "*" is ' +
			`one whole segment and "**" any number of them; it got ${shown(match)}.`
		);
	}
	return undefined;
}

/** Returns a sentence on the first fault of a rule; undefined if it is valid. */
export function faultOfRule({ match, enabled, name, rate }: Rule): string | undefined {
	const fault = faultOfMatch(match);
	if (fault !== undefined) return fault;
	const ofRule = `of the rule for "${match}"`;
	if (enabled !== undefined && typeof enabled !== 'boolean') {
		return `The "enabled" ${ofRule} is true or false; it got ${shown(enabled)}.`;
	}
	if (name !== undefined && (typeof name !== 'string' || name === '')) {
		return `The "name" ${ofRule} is a span's name; it got ${shown(name)}.`;
	}
	if (rate !== undefined && !(typeof rate === 'number' && rate >= 0 && rate <= 1)) {
		return `The "rate" ${ofRule} is a number from 0 to 1; it got ${shown(rate)}.`;
	}
	if (enabled === undefined && name === undefined && rate === undefined) {
		return `The rule for "${match}" sets nothing; give it "enabled", "name" or "rate".`;
	}
	return undefined;
}

/** True for a segment of a pattern: one star, two stars, or a name or parameter without a star. */
function isPart(segment: string): boolean {
	return segment === '*' || segment === '**' || /^[^\s*]+$/.test(segment);
}

/** Returns a value for a message, cut at 80 characters. */
function shown(value: unknown): string {
	return (typeof value === 'string' ? JSON.stringify(value) : String(value)).slice(0, 80);
}
