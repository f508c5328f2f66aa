/** What has become of one request. */
export type SendResult =
	/** The backend has accepted it, except for `refused` records. */
	| { readonly kind: 'taken'; readonly refused: number }
	/** It may be accepted later. The backend may have set after how many milliseconds (`afterMs`). */
	| { readonly kind: 'later'; readonly error: unknown; readonly afterMs?: number | undefined }
	/** It is too large: its halves may be accepted. `answer` is the text of the response. */
	| { readonly kind: 'smaller'; readonly error: unknown; readonly answer?: string | undefined }
	/** It is refused, and would be refused again. `answer` is the text of the response. */
	| { readonly kind: 'never'; readonly error: unknown; readonly answer?: string | undefined };

/** Sends request bodies of one encoding to one address, one at a time. */
export interface Transport {
	/** Sends a body and resolves to what has become of it, within the timeout. Never rejects. */
	send(body: Uint8Array): Promise<SendResult>;
	/** Closes the connection. Called once. */
	close(): void;
}

/** A destination on this machine, such as a file. It keeps what it accepts, and can accept it synchronously. */
export interface Destination extends Transport {
	/**
	 * Writes the body of `send()` that is in flight once more, before it returns.
	 *
	 * @returns true if one is in flight; it is then written
	 * @throws the file system's error
	 */
	settleSync(): boolean;
	/** Writes a body before it returns. @throws the file system's error; nothing of the body is then kept */
	sendSync(body: Uint8Array): void;
}
