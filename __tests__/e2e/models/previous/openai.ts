export { AzureOpenAI, default } from 'openai';
