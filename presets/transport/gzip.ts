import { promisify } from 'node:util';
import { gunzip as gunzipWith, gzip as gzipWith } from 'node:zlib';

/** Compresses a request, in a thread of Node's pool. */
export const gzip: (body: Uint8Array) => Promise<Buffer> = promisify<Uint8Array, Buffer>(gzipWith);

const unzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzipWith);

/** Decompresses a response. @throws Error (as a rejection) if it is not gzip, or has more bytes than that */
export function gunzip(body: Uint8Array, maxBytes: number): Promise<Buffer> {
	return unzip(body, { maxOutputLength: maxBytes });
}
