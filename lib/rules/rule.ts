/** A word on the join points that a pattern matches, said in a config and not in code. */
export interface Rule {
	/**
	 * A glob over a path's template (`world.**`, `world.town.*.manifest`) or over `Class.method` (`Soul.*`): `*` is one
	 * segment, `**` any number of them, none included. A template's parameter is matched by `*`, `**`, and by any
	 * parameter (`:citizen`), never by the name of one entity.
	 */
	readonly match: string;
	/** False: neither traced nor counted, as if it were not woven. @default true */
	readonly enabled?: boolean | undefined;
	/** The name of its spans, in place of what code and config say. @default none */
	readonly name?: string | undefined;
	/** The share of traces that is kept of those that begin with it, 0 to 1. @default the config's `sampling.rate` */
	readonly rate?: number | undefined;
}

const MAX_LENGTH = 1024;

/** A sentence on what is wrong with a pattern; undefined where it is one. */
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

/** A sentence on the first thing that is wrong with a rule; undefined where it is right. */
export function faultOfRule({ match, enabled, name, rate }: Rule): string | undefined {
	const fault = faultOfMatch(match);
	if (fault !== undefined) return fault;
	const of = `of the rule for "${match}"`;
	if (enabled !== undefined && typeof enabled !== 'boolean') {
		return `The "enabled" ${of} is true or false; it got ${shown(enabled)}.`;
	}
	if (name !== undefined && (typeof name !== 'string' || name === '')) {
		return `The "name" ${of} is a span's name; it got ${shown(name)}.`;
	}
	if (rate !== undefined && !(typeof rate === 'number' && rate >= 0 && rate <= 1)) {
		return `The "rate" ${of} is a number from 0 to 1; it got ${shown(rate)}.`;
	}
	if (enabled === undefined && name === undefined && rate === undefined) {
		return `The rule for "${match}" says nothing; give it "enabled", "name" or "rate".`;
	}
	return undefined;
}

/** A segment of a pattern: a star alone or two, a parameter, or a name without any star. */
function isPart(segment: string): boolean {
	return segment === '*' || segment === '**' || /^[^\s*]+$/.test(segment);
}

function shown(value: unknown): string {
	return (typeof value === 'string' ? JSON.stringify(value) : String(value)).slice(0, 80);
}
