/** The words for UCUM units. A unit that is not listed is used unchanged. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
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

/** The words for UCUM units after `per`. A unit that is not listed is used unchanged. */
const PER_UNIT_WORDS: Readonly<Record<string, string>> = {
	s: 'second',
	m: 'minute',
	h: 'hour',
	d: 'day',
	w: 'week',
	mo: 'month',
	y: 'year',
};

/** The kind of metric, which determines the suffix of its name: a monotonic sum, a gauge, or anything else. */
export type NameKind = 'counter' | 'gauge' | 'other';

/** The name of a metric on the page. */
interface PrometheusName {
	/** The whole name, with unit and suffix. */
	readonly name: string;
	/** The unit in words, as the name contains it, or an empty string. */
	readonly unit: string;
}

/**
 * Converts a metric's name as Prometheus's own OTLP receiver does (prometheus/otlptranslator, which Prometheus 3.5
 * uses): the words of the name, the unit in words unless the name contains it, `per_…`, then `total` or `ratio`. So a
 * metric has the same name whether it is scraped or received; OpenTelemetry's own exporter leaves the unit out.
 *
 * @param unit - the UCUM unit of the instrument, such as `By/s`
 * @returns undefined if no legal character is left of the name
 */
export function prometheusName(name: string, unit: string, kind: NameKind): PrometheusName | undefined {
	let words = name.split(/[^a-zA-Z0-9:]+/).filter(Boolean);
	const [main, per] = unitOf(unit);
	const added = [words.includes(main) ? '' : main, words.includes(per) ? '' : per].filter(Boolean);
	words.push(...added);
	const unitWords = [main, per].filter(Boolean).join('_');
	// The suffix is moved to the end if the name contains it already, so that it is never there twice.
	if (kind === 'counter') words = [...words.filter((word) => word !== 'total'), 'total'];
	if (kind === 'gauge' && unit === '1') words = [...words.filter((word) => word !== 'ratio'), 'ratio'];
	const joined = words.join('_');
	if (joined === '') return undefined;
	return { name: /^\d/.test(joined) ? `_${joined}` : joined, unit: unitWords };
}

/** Converts an attribute key to the name of a label: each run of illegal characters becomes one underscore. */
export function labelName(name: string): string {
	const clean = name.replace(/[^a-zA-Z0-9]+/g, '_');
	return /^\d/.test(clean) ? `key_${clean}` : clean || '_';
}

/** Returns the two parts of a unit in words, `By/s` as `bytes` and `per_second`; a part in braces is an annotation. */
function unitOf(unit: string): [main: string, per: string] {
	const slash = unit.indexOf('/');
	const [main, per] = slash < 0 ? [unit, ''] : [unit.slice(0, slash), unit.slice(slash + 1)];
	const perWords = wordsOf(per, PER_UNIT_WORDS);
	return [wordsOf(main, UNIT_WORDS), perWords && `per_${perWords}`];
}

/** Returns the words for one part of a unit, as the name of a metric may contain them. */
function wordsOf(unitPart: string, known: Readonly<Record<string, string>>): string {
	const unit = unitPart.trim();
	if (/[{}]/.test(unit)) return '';
	const word = Object.hasOwn(known, unit) ? known[unit] : unit;
	return (word ?? '').replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_|_$/g, '');
}
