/** Joins the parts of a secret at run time, so that no secret scanner mistakes this file's corpus for real keys. */
const join = (...parts: string[]) => parts.join('');

const JWT = join(
	'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
	'.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6ImtlbnQifQ',
	'.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
);

/** Secrets that are recognized by their shape, each with the part that must not occur in any output. */
export const SHAPES: Readonly<Record<string, { text: string; secret: string }>> = Object.fromEntries(
	Object.entries({
		openai: join('sk-', 'Zx81kQ0pWv7TnB2mRd4s'),
		'openai project': join('sk-proj-', 'Zx81kQ0p_Wv7TnB2-mRd4s'),
		anthropic: join('sk-ant-', 'api03-Zx81kQ0pWv7TnB2mRd4s'),
		'half hidden': join('sk-pr', '**************Rd4s'),
		github: join('ghp_', 'Zx81kQ0pWv7TnB2mRd4sZx81kQ0pWv7TnB2m'),
		'github fine-grained': join('github_pat_', '11ABCDEFG0Zx81kQ0pWv7_TnB2mRd4s'),
		gitlab: join('glpat-', 'Zx81kQ0pWv7TnB2mRd4s'),
		slack: join('xoxb-', '123456789012-Zx81kQ0pWv7TnB2mRd4s'),
		google: join('AIza', 'SyZx81kQ0pWv7TnB2mRd4sZx81kQ0pWv7Tn'),
		stripe: join('sk_live_', 'Zx81kQ0pWv7TnB2mRd4s'),
		npm: join('npm_', 'Zx81kQ0pWv7TnB2mRd4sZx81kQ0pWv7TnB2m'),
		huggingface: join('hf_', 'ZxKkQopWvATnBcmRdesZxKkQopWvATnBcm'),
		pinecone: join('pcsk_', 'Zx81kQ0pWv7TnB2mRd4s_Zx81kQ0p'),
		sendgrid: join('SG.', 'Zx81kQ0pWv7TnB2mRd4s.Zx81kQ0pWv7TnB2mRd4s'),
		'aws key id': join('AKIA', 'IOSFODNN7EXAMPLE'),
		jwt: JWT,
		card: join('4111 1111', ' 1111 1111'),
		pem: join('-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEpAIBAAKCAQEAq\n-----END RSA PRIVATE', ' KEY-----'),
	}).map(([name, text]) => [name, { text, secret: text }]),
);

/** Secrets that are recognized by what precedes them. */
export const PLACED: Readonly<Record<string, { text: string; secret: string }>> = {
	bearer: { text: 'Bearer hunter2hunter2', secret: 'hunter2hunter2' },
	basic: { text: `Basic ${Buffer.from('kent:hunter2').toString('base64')}`, secret: 'a2VudDpodW50ZXIy' },
	authorization: { text: 'Authorization: Token hunter2-of-kent', secret: 'hunter2-of-kent' },
	url: { text: 'postgres://kent:hunter2@db.garden:5432/plants', secret: 'hunter2' },
	'url with an odd password': { text: 'redis://:hun@ter#2@db.garden:6379', secret: 'ter#2' },
	query: { text: 'GET /plants?api_key=hunter2&page=2', secret: 'hunter2' },
	assignment: { text: 'password=hunter2', secret: 'hunter2' },
	json: { text: '{"password":"hunter2 and \\"more\\"","page":2}', secret: 'hunter2' },
	'json in json': { text: JSON.stringify({ body: JSON.stringify({ apiKey: 'hunter2' }) }), secret: 'hunter2' },
	cookie: { text: 'Cookie: theme=dark; sid=hunter2', secret: 'hunter2' },
	'aws secret key': {
		text: join('aws secret wJalrXUtnFEMI/K7MDENG', '/bPxRfiCYEXAMPLEKEY'),
		secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
	},
	'card without blanks': { text: join('card 55555555', '55554444'), secret: '5555555555554444' },
	flag: { text: 'garden --api-key hunter2 --verbose', secret: 'hunter2' },
};

/** All secrets of the corpus. */
export const PLANTED = { ...SHAPES, ...PLACED };

/** A provider's error message that quotes the key: the model case of issue 5. */
export const MODEL_CASE = `Incorrect API key provided: ${SHAPES['openai project']?.text}. You can find your API key at https://platform.openai.com/account/api-keys.`;
