/**
 * What auto-instrumentations-node 0.82 knows, by the name without its prefix: a test compares it with the packages
 * that the metapackage depends on.
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

const PREFIX = '@opentelemetry/instrumentation-';

/** The metapackage, and the release that shares one SDK with ours. */
export const METAPACKAGE = '@opentelemetry/auto-instrumentations-node';
export const METAPACKAGE_VERSION = '0.82.0';

/** The package of an instrumentation: a short name is OpenTelemetry's own, one with a scope is a package's name. */
export function packageOf(name: string): string {
	return name.startsWith('@') ? name : PREFIX + name;
}

/** The short name of one of OpenTelemetry's own packages; any other name as it is. */
export function shortName(name: string): string {
	return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
