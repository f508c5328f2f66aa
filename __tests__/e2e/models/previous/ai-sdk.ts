export { createOpenAI } from '@ai-sdk/openai';
export {
	embed,
	embedMany,
	generateObject,
	generateText,
	jsonSchema,
	stepCountIs,
	streamObject,
	streamText,
	tool,
	wrapLanguageModel,
} from 'ai';
