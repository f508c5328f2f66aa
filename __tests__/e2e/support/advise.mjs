// An ES module: an invocation that calls a model of OpenAI at the given address.
import { traceInvocation } from 'agentese-otel';
import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'none', baseURL: process.argv[2], maxRetries: 0 });
await traceInvocation('self.soul.advise', async () => {
	const messages = [{ role: 'user', content: 'What grows?' }];
	const { choices } = await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
	console.log(choices[0].message.content);
});
