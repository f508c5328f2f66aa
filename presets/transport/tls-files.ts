import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The absolute paths of PEM files. */
export interface TlsPaths {
	/** The certificates that the server is trusted by. */
	readonly ca?: string | undefined;
	/** The client certificate. */
	readonly cert?: string | undefined;
	/** The private key of the client certificate. */
	readonly key?: string | undefined;
}

/** The content of the PEM files. */
export interface TlsFiles {
	readonly ca?: Buffer;
	readonly cert?: Buffer;
	readonly key?: Buffer;
}

/** Reads and checks the PEM files. @throws Error (as a rejection) if one cannot be read or used */
export async function readTls(tls: TlsPaths): Promise<TlsFiles> {
	const read = async (option: 'ca' | 'cert' | 'key') => {
		const path = tls[option];
		if (path === undefined) return {};
		try {
			return { [option]: await readFile(path) };
		} catch (error) {
			throw new Error(`tls.${option} cannot be read from ${path}: ${(error as Error).message}`);
		}
	};
	if (Object.values(tls).every((path) => path === undefined)) return {};
	const { createSecureContext } = await import('node:tls');
	const files: TlsFiles = { ...(await read('ca')), ...(await read('cert')), ...(await read('key')) };
	try {
		// A context silently accepts anything as `ca`, and would then trust no server.
		for (const certificate of [files.ca, files.cert]) if (certificate !== undefined) new X509Certificate(certificate);
		createSecureContext(files);
	} catch (error) {
		const paths = [tls.ca, tls.cert, tls.key].filter(Boolean).join(', ');
		throw new Error(
			`the TLS files (${paths}) are not certificates with their key in PEM format: ${(error as Error).message}`,
		);
	}
	return files;
}
