/**
 * The values of `gen_ai.operation.name` in OpenTelemetry's GenAI conventions; any other string is legal too, as the
 * conventions allow.
 */
export type GenAiOperation =
	| 'chat'
	| 'create_agent'
	| 'create_memory'
	| 'create_memory_store'
	| 'delete_memory'
	| 'delete_memory_store'
	| 'embeddings'
	| 'execute_tool'
	| 'fetch_response'
	| 'generate_content'
	| 'invoke_agent'
	| 'invoke_workflow'
	| 'plan'
	| 'retrieval'
	| 'search_memory'
	| 'text_completion'
	| 'update_memory'
	| 'upsert_memory'
	| (string & {});
