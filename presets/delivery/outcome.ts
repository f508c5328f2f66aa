/** What a backend made of one request. */
export type Outcome =
	/** It was accepted, but for so many records. */
	| { readonly kind: 'taken'; readonly refused: number }
	/** It may be accepted later; not before so many milliseconds where the backend says so. */
	| { readonly kind: 'later'; readonly error: unknown; readonly afterMs?: number | undefined }
	/** It is too large. */
	| { readonly kind: 'smaller'; readonly error: unknown; readonly answer?: string | undefined }
	/** It is refused, and would be again. */
	| { readonly kind: 'never'; readonly error: unknown; readonly answer?: string | undefined };

/** Brings request bodies of one encoding to one place, one at a time. */
export interface Transport {
	/** Answers what the backend made of the body, within the timeout. Never rejects. */
	send(body: Uint8Array): Promise<Outcome>;
	/** Closes the connection. */
	close(): void;
}
