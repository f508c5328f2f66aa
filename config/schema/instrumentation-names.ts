/**
 * The instrumentations of `@opentelemetry/auto-instrumentations-node`, by their names without the prefix. A test compares the
 * list with the dependencies of the installed release of that metapackage.
 */
export const INSTRUMENTATIONS: readonly string[] = [
	'amqplib',
	'aws-lambda',
	'aws-sdk',
	'bunyan',
	'cassandra-driver',
	'connect',
	'cucumber',
	'dataloader',
	'dns',
	'express',
	'fs',
	'generic-pool',
	'graphql',
	'grpc',
	'hapi',
	'host-metrics',
	'http',
	'ioredis',
	'kafkajs',
	'knex',
	'koa',
	'lru-memoizer',
	'memcached',
	'mongodb',
	'mongoose',
	'mysql',
	'mysql2',
	'nestjs-core',
	'net',
	'openai',
	'oracledb',
	'pg',
	'pino',
	'redis',
	'restify',
	'router',
	'runtime-node',
	'socket.io',
	'tedious',
	'undici',
	'winston',
];

/** What the names of OpenTelemetry's instrumentation packages begin with. */
const PREFIX = '@opentelemetry/instrumentation-';

/** The package that depends on all instrumentations. */
export const METAPACKAGE = '@opentelemetry/auto-instrumentations-node';

/** Returns the package of an instrumentation. A name with a scope already is a package's name. */
export function packageOf(name: string): string {
	return name.startsWith('@') ? name : PREFIX + name;
}

/** Returns the short name of one of OpenTelemetry's packages, and any other name unchanged. */
export function shortName(name: string): string {
	return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
