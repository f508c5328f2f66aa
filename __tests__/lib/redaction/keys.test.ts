import { expect, it } from '@jest/globals';
import { namesSecret } from '../../../lib/redaction/keys.js';
import { Redactor } from '../../../lib/redaction/redactor.js';

const redactor = new Redactor();

it.each([
	'password',
	'db.password',
	'passwordHash',
	'PGPASSWORD',
	'client_secret',
	'AWS_SECRET_ACCESS_KEY',
	'apiKey',
	'X-API-KEY',
	'APIKey',
	'token',
	'access_token',
	'refreshTokens',
	'http.request.header.authorization',
	'http.response.header.set-cookie',
	'session-cookie',
	'user.auth',
	'privateKey',
	'connectionString',
	'credentials',
	'cvv',
	'pass',
	'xApiKey',
	'dbPassword',
	'db.pass',
	'password2',
	'tokenValue',
	'PASSWORD_PROD',
	'password_confirmation',
	'token_for_kent',
	'aws_secret_access_key',
	'clientsecret',
	'secret_id',
	'seed phrase',
	'cookies.theme',
	'secrets.stripe',
])('%s names a secret', (key) => {
	expect(namesSecret(key)).toBe(true);
});

it.each([
	'agentese.path',
	'agentese.tokens.in',
	'agentese.tokens.out',
	'agentese.tokens.total.in',
	'session.id',
	'agentese.arguments',
	'agentese.return_value',
	'gen_ai.usage.input_tokens',
	'gen_ai.usage.output_tokens',
	'gen_ai.usage.cache_read.input_tokens',
	'gen_ai.usage.reasoning.output_tokens',
	'gen_ai.usage.prompt_tokens',
	'gen_ai.request.max_tokens',
	'gen_ai.token.type',
	'gen_ai.client.token.usage',
	'llm.token_count.prompt',
	'llm.token_count.prompt_details.cache_read',
	'ai.usage.promptTokens',
	'ai.usage.tokens',
	'session.id',
	'k8s.secret.name',
	'code.function.name',
	'http.response.status_code',
	'author',
	'monkey',
	'passenger',
	'secretary',
	'compass',
	'next_token',
	'token_id',
	'auth.enabled',
	'auth_method',
	'token_bucket.capacity',
	'password_strength',
	'passwordPolicy',
	'password.reset.url',
	'secret_santa',
	'secret_rotation_days',
	'cookie.consent',
	'cookies.count',
	'credential_provider',
	'api_key_count',
	'primary_key',
	'public_key',
	'cache key',
	'keyboard',
	'tokenizer',
	'design_token',
	'my.pass',
	'x.pin',
	'pin_count',
	`${'a.'.repeat(130)}password`,
])('%s names none', (key) => {
	expect(namesSecret(key)).toBe(false);
});

it.each([
	['auth', 'enabled'],
	['auth', 'none'],
	['token', 'Expired'],
	['password', 'required'],
	['cookie', ''],
	['secret', true],
	['credentials', null],
])('of %s the value %j is none', (key, value) => {
	expect(redactor.record({ [key]: value })).toEqual({ [key]: value });
	expect(redactor.isClean({ [key]: value === null ? 'none' : value })).toBe(true);
	expect(redactor.text(`${key}: ${value}`)).toBe(`${key}: ${value}`);
	expect(redactor.hides(key, value)).toBe(false);
});

it.each([
	['bearer', 'steel', false],
	['app.bearer', 'Träger', false],
	['auth', 'simple', false],
	['bearer', 'hunter2', true],
	['bearer', 'a'.repeat(17), true],
	['bearer_token', 'steel', true],
	['password', 'steel', true],
])('of %s the value %j, which is a word, is a secret: %j', (key, value, isSecret) => {
	expect(redactor.record({ [key]: value })).toEqual({ [key]: isSecret ? '[redacted]' : value });
	expect(redactor.isClean({ [key]: value })).toBe(!isSecret);
	expect(redactor.hides(key, value)).toBe(isSecret);
});

it.each([['hunter2'], [12], [12n], [['a']], [{ a: 1 }]])('of a password the value %p is one', (value) => {
	expect(redactor.hides('password', value)).toBe(true);
	expect(redactor.hides('passwords.count', value)).toBe(false);
});
