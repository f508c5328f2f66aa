import { expect, it } from '@jest/globals';
import { namesSecret } from '../../../lib/redaction/keys.js';

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
])('%s names none', (key) => {
	expect(namesSecret(key)).toBe(false);
});
