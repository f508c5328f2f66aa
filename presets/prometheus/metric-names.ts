/** How UCUM's units are written out; what is not listed stands as it is. */
const UNITS: Readonly<Record<string, string>> = {
	d: 'days',
	h: 'hours',
	min: 'minutes',
	s: 'seconds',
	ms: 'milliseconds',
	us: 'microseconds',
	ns: 'nanoseconds',
	By: 'bytes',
	KiBy: 'kibibytes',
	MiBy: 'mebibytes',
	GiBy: 'gibibytes',
	TiBy: 'tibibytes',
	KBy: 'kilobytes',
	MBy: 'megabytes',
	GBy: 'gigabytes',
	TBy: 'terabytes',
	m: 'meters',
	V: 'volts',
	A: 'amperes',
	J: 'joules',
	W: 'watts',
	g: 'grams',
	Cel: 'celsius',
	Hz: 'hertz',
	'1': '',
	'%': 'percent',
};

const PER: Readonly<Record<string, string>> = {
	s: 'second',
	m: 'minute',
	h: 'hour',
	d: 'day',
	w: 'week',
	mo: 'month',
	y: 'year',
};

/** What decides the ending of a name: a rising sum, a gauge, or anything else. */
export type NameKind = 'counter' | 'gauge' | 'other';

/** A metric's name for Prometheus, and the unit that it names; empty where it names none. */
export interface PrometheusName {
	readonly name: string;
	readonly unit: string;
}

/**
 * Names a metric as Prometheus's own OTLP receiver does (prometheus/otlptranslator, which Prometheus 3.5 uses): the
 * words of the name, the unit written out unless the name says it, `per_…`, then `total` or `ratio`. So a metric has
 * one name, whether it is scraped or received; OpenTelemetry's own exporter leaves the unit out.
 *
 * @returns undefined where nothing is left of the name
 */
export function prometheusName(name: string, unit: string, kind: NameKind): PrometheusName | undefined {
	let words = name.split(/[^a-zA-Z0-9:]+/).filter(Boolean);
	const [main, per] = unitOf(unit);
	const added = [words.includes(main) ? '' : main, words.includes(per) ? '' : per].filter(Boolean);
	words.push(...added);
	const named = [main, per].filter(Boolean).join('_');
	if (kind === 'counter') words = [...words.filter((word) => word !== 'total'), 'total'];
	if (kind === 'gauge' && unit === '1') words = [...words.filter((word) => word !== 'ratio'), 'ratio'];
	const joined = words.join('_');
	if (joined === '') return undefined;
	return { name: /^\d/.test(joined) ? `_${joined}` : joined, unit: named };
}

/** A label's name: what Prometheus does not allow becomes one underscore. */
export function labelName(name: string): string {
	const clean = name.replace(/[^a-zA-Z0-9]+/g, '_');
	return /^\d/.test(clean) ? `key_${clean}` : clean || '_';
}

/** The unit's two parts written out, `By/s` as `bytes` and `per_second`; a part in braces is a remark, no unit. */
function unitOf(unit: string): [main: string, per: string] {
	const slash = unit.indexOf('/');
	const [main, per] = slash < 0 ? [unit, ''] : [unit.slice(0, slash), unit.slice(slash + 1)];
	const below = part(per, PER);
	return [part(main, UNITS), below && `per_${below}`];
}

function part(text: string, known: Readonly<Record<string, string>>): string {
	const said = text.trim();
	if (/[{}]/.test(said)) return '';
	const word = Object.hasOwn(known, said) ? known[said] : said;
	return (word ?? '').replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_|_$/g, '');
}
