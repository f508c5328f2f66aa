/** The package that OTLP over gRPC needs. It is an optional peer, since most applications send over HTTP. */
const GRPC = '@grpc/grpc-js';

/** Thrown if a preset needs a package that is not installed. */
export class MissingPackageError extends Error {
	override readonly name = 'MissingPackageError';
}

/**
 * Checks that gRPC's package is installed, without loading it.
 *
 * @throws MissingPackageError with the command that installs it
 */
export function requireGrpc(): void {
	// Not by an imported createRequire, which bundlers follow: they would fail for applications without gRPC.
	const { createRequire } = process.getBuiltinModule('node:module');
	// A bundle of the application may have no URL of its own.
	const require = createRequire(import.meta.url || `${process.cwd()}/any.js`);
	try {
		require.resolve(GRPC);
	} catch (cause) {
		throw new MissingPackageError(
			`the protocol grpc needs the package ${GRPC}, which is not installed: npm i ${GRPC}. The protocols http/protobuf ` +
				'and http/json need no package.',
			{ cause },
		);
	}
}
