/** What a backend made of one request. */
export type SendResult =
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
	send(body: Uint8Array): Promise<SendResult>;
	/** Closes the connection. */
	close(): void;
}

/** A place on this machine: what it takes is kept there, and at the end of the process it takes it at once. */
export interface Destination extends Transport {
	/** Makes certain what is under way; answers whether anything is. @throws what the file system says */
	settleSync(): boolean;
	/** @throws what the file system says: nothing of the body is then kept */
	sendSync(body: Uint8Array): void;
}
