import { wordSet } from './words.js';

/** The most characters of a value that is compared with the words below. */
const LONGEST = 16;

/**
 * Values that are not secrets, whatever their key is: they tell whether and how there is one.
 */
const STATUSES = wordSet(
	'true false null undefined none nil yes no on off enabled disabled enable disable required optional allowed denied ' +
		'valid invalid missing expired revoked rotated active inactive present absent unset empty unknown default ok failed ' +
		'passed success succeeded pending basic bearer digest negotiate oauth oauth2 oidc saml ldap kerberos sso mfa totp jwt ' +
		'mtls anonymous strong weak medium string number boolean redacted masked hidden',
);

/** Values that another one replaces later: parameters of a statement, and the places of a template. */
const PLACEHOLDER = /^(?:\$\d{1,2}$|%[sdjo]$|\$\{|\{\{)/;

/**
 * Returns whether a part of a text is a word that tells of a secret, as in `auth: enabled`, or the place of one, as in
 * `token = $1`, and not a secret itself.
 */
export function isStatus(text: string, start = 0, end = text.length): boolean {
	if (PLACEHOLDER.test(text.slice(start, Math.min(end, start + 4)))) return true;
	return end - start <= LONGEST && STATUSES.has(text.slice(start, end).toLowerCase());
}
