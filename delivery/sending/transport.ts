/**
 * What a backend's answer to one request means. Only `badBody` is an answer about the records: the other failures are
 * those of a moment or of the backend, and never set a record aside.
 */
export type SendResult =
	/** The backend has accepted the request, except for `rejected` records, for the reason in `message`. */
	| { readonly kind: 'accepted'; readonly rejected: number; readonly message?: string | undefined }
	/** The backend is busy or unreachable. It may have set after how many milliseconds it accepts more (`afterMs`). */
	| { readonly kind: 'retry'; readonly error: unknown; readonly afterMs?: number | undefined }
	/**
	 * The backend refuses the content of the request, or its size (`tooLarge`). Parts of it may be accepted. `answer` is
	 * the text of the response.
	 */
	| {
			readonly kind: 'badBody';
			readonly error: unknown;
			readonly tooLarge?: boolean | undefined;
			readonly answer?: string | undefined;
	  }
	/**
	 * The backend accepts no request until a person corrects its address, its credentials or the backend itself. It may
	 * have set after how many milliseconds it may be asked again (`afterMs`).
	 */
	| { readonly kind: 'badBackend'; readonly error: unknown; readonly afterMs?: number | undefined };

/** Sends request bodies of one encoding to one address, one at a time. */
export interface Transport {
	/**
	 * Sends a body and resolves to what has become of it, within the timeout. What is open after the timeout is
	 * destroyed. Never rejects.
	 */
	send(body: Uint8Array): Promise<SendResult>;
	/** Destroys the connection, and the request that is in progress. Called once. */
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
