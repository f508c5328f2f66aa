export { HumanMessage, ToolMessage } from '@langchain/core/messages';
export { ChatOpenAI } from '@langchain/openai';
