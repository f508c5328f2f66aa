export { CohereClient, CohereClientV2 } from 'cohere-ai';
