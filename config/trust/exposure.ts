import { Redactor } from '../../lib/redaction/redactor.js';
import { type ConfigLayerSource, isObject } from '../common/layer.js';
import type { EffectiveConfig } from '../schema/config.js';
import { isWritableByAll } from './application.js';
import { factsOf } from './facts.js';
import { modeText } from './trust.js';

/**
 * Returns a notice for each file with a secret that every user of the machine may read, and for an outbox that every
 * user may write to.
 *
 * @param layers - the layers of the config, with the values that the sources have
 */
export function exposureNotices(config: EffectiveConfig, layers: readonly ConfigLayerSource[]): string[] {
	const { journal, directory } = config.delivery;
	const sends = config.preset.some((name) => !['json', 'prometheus', 'console', 'none'].includes(name));
	const outbox = config.enabled && sends && journal ? outboxNotice(directory ?? '') : undefined;
	return [...layers.flatMap(readableSecret), ...(outbox === undefined ? [] : [outbox])];
}

/** Returns a notice if every user of the machine may write to an outbox: they could remove or replace what waits there. */
export function outboxNotice(directory: string): string | undefined {
	const facts = factsOf(directory);
	if (facts?.kind !== 'directory' || !isWritableByAll(facts.mode)) return undefined;
	return `everybody may write to delivery.directory, ${directory} (mode ${modeText(facts)}): anybody can remove or replace what waits there to be sent. Run chmod 700 on it.`;
}

/** Bits of a mode: every user may read. */
const READABLE_BY_ALL = 0o004;

/** The detectors of secrets, with their defaults. */
const detectors = new Redactor();

/** A notice if a file that every user may read contains a secret. */
function readableSecret({ source, value }: ConfigLayerSource): string[] {
	const facts = factsOf(source);
	if (facts?.kind !== 'file' || process.platform === 'win32' || (facts.mode & READABLE_BY_ALL) === 0) return [];
	const key = secretIn(value, '');
	if (key === undefined) return [];
	return [
		`${source} has a secret, "${key}", and everybody may read it (mode ${modeText(facts)}). Run chmod 600 on it, or move ` +
			'the secret into an environment variable.',
	];
}

/** The path of the first header or endpoint that contains a secret itself, and not a reference to a variable. */
function secretIn(value: unknown, path: string): string | undefined {
	if (!isObject(value)) return undefined;
	for (const [key, inner] of Object.entries(value)) {
		const here = path === '' ? key : `${path}.${key}`;
		const isText = typeof inner === 'string' && !inner.includes('${env:');
		const isHeader = path === 'headers' || path.endsWith('.headers');
		if (isText && isHeader && detectors.record({ [key]: inner })[key] !== inner) return here;
		if (isText && key === 'endpoint' && hasCredentials(inner)) return here;
		const below = secretIn(inner, here);
		if (below !== undefined) return below;
	}
	return undefined;
}

/** Whether an address contains a password, or a parameter that is or names a secret. */
function hasCredentials(endpoint: string): boolean {
	const url = URL.parse(endpoint);
	if (url === null) return false;
	const parameters = Object.fromEntries(url.searchParams);
	return url.password !== '' || detectors.record(parameters) !== parameters;
}
