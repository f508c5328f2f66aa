/**
 * The floors of the house (docs/architecture.md has the table): imports point down, and no two folders import each other.
 *
 * dependency-cruiser reads TypeScript with swc, because TypeScript 7 has no JavaScript compiler API. Imports of types
 * count like all others.
 */
const PACKAGES = 'node_modules/';
const TESTS = '^__tests__/';

/** Everything that ends up in the package. */
const SHIPPED = ['lib', 'decorators', 'delivery', 'presets', 'config', 'sdk', 'testing', 'cli'];
const SHIPPED_FILES = `^((index|extend|extend-core)\\.ts|(${SHIPPED.join('|')})/)`;

/**
 * The sub-folders of each folder, from the ground up. A sub-folder may import the floors below its own, no other
 * sub-folder of its own floor, and none of the files that lie beside it.
 */
const FLOORS = {
	lib: [
		['runtime'],
		['redaction', 'settling'],
		['agentese', 'diagnostics', 'usage'],
		['invocation'],
		['instruments'],
		['rules', 'tokens'],
		['weaving'],
		['signals'],
		['logos'],
	],
	'lib/redaction': [['detectors']],
	'lib/agentese': [['errors', 'observers'], ['paths']],
	'lib/settling': [['common'], ['promises'], ['streams']],
	'lib/signals': [['capture', 'genai'], ['metering'], ['tracing']],
	'lib/tokens': [['attribution'], ['model-calls'], ['clients']],
	'lib/tokens/clients': [['adapters']],
	'lib/usage': [['accounting'], ['formats']],
	'lib/weaving': [['declarations'], ['join-points'], ['invocations']],
	delivery: [['common'], ['journal'], ['sending']],
	'delivery/journal': [['files'], ['lease', 'segments']],
	presets: [['contract', 'signals', 'transport'], ['console', 'json', 'otlp', 'prometheus'], ['jaeger']],
	config: [['common'], ['schema'], ['trust'], ['fast-check', 'resolve', 'sources'], ['custom-presets', 'generate']],
	sdk: [
		['api-registry', 'import-events', 'preflight', 'process-end', 'spans'],
		['instrumentation', 'redaction'],
		['providers'],
		['assemble'],
		['lifecycle'],
	],
	testing: [['flows', 'recording'], ['views']],
	cli: [['common'], ['flush']],
};

/** A rule: what is in `folder` imports that folder, what the patterns match, and Node's own modules. */
const only = (folder, patterns, comment, builtins = ['core']) => ({
	name: `${/\w+/.exec(folder)[0]}-imports`,
	severity: 'error',
	comment,
	from: { path: `^${folder}` },
	to: { pathNot: [`^${folder}`, ...patterns], dependencyTypesNot: builtins },
});

/** The rules of a folder's floors: for each sub-folder, the sub-folders that it does not import. */
const floorRules = Object.entries(FLOORS).flatMap(([folder, floors]) =>
	floors.flatMap((floor, level) =>
		floor.flatMap((name) => {
			const closed = floors
				.slice(level)
				.flat()
				.filter((other) => other !== name);
			if (closed.length === 0) return [];
			return {
				name: 'floors',
				severity: 'error',
				comment: `${folder}/${name}/ imports the floors below it alone; .dependency-cruiser.cjs lists them.`,
				from: { path: `^${folder}/${name}/` },
				to: { path: `^${folder}/(${closed.join('|')})/` },
			};
		}),
	),
);

/** For each folder the rule that its sub-folders do not import the files that lie beside them. */
const insideRules = Object.entries(FLOORS).map(([folder, floors]) => ({
	name: 'inside',
	severity: 'error',
	comment: "A folder's own files import its sub-folders, never the reverse. Move what both need into a sub-folder.",
	from: { path: `^${folder}/(${floors.flat().join('|')})/` },
	to: { path: `^${folder}/[^/]+\\.ts$` },
}));

module.exports = {
	floors: FLOORS,
	forbidden: [
		{
			name: 'no-cycle',
			severity: 'error',
			comment: 'Two files that import each other are one file, or one of them holds what belongs in a third.',
			from: { pathNot: PACKAGES },
			to: { circular: true },
		},
		{
			name: 'nothing-unresolved',
			severity: 'error',
			comment:
				'An import that leads nowhere is checked against no rule. (The peers that bench/ compares are installed there.)',
			from: { pathNot: '^bench/' },
			to: { couldNotResolve: true, pathNot: '^agentese-otel(/|$)' },
		},
		{
			name: 'tests-are-not-imported',
			severity: 'error',
			comment: 'What ships, runs as an example or measures knows nothing of the tests.',
			from: { pathNot: TESTS },
			to: { path: TESTS },
		},
		{
			name: 'no-dev-dependency-ships',
			severity: 'error',
			comment: 'The build bundles what package.json lists under dependencies. A user has nothing else.',
			from: { path: SHIPPED_FILES },
			to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
		},
		only(
			'index\\.ts',
			['^decorators/', '^lib/'],
			'The entry `agentese-otel` exports decorators and the engine. It loads no SDK.',
			[],
		),
		only(
			'extend-core\\.ts',
			['^decorators/', '^lib/'],
			'The entry `agentese-otel-core/extend` exports what extensions without a preset are built with. It loads no SDK.',
			[],
		),
		only(
			'extend\\.ts',
			['^extend-core\\.ts', '^(decorators|lib|delivery|presets|config)/'],
			'The entry `agentese-otel/extend` exports what extensions are built with. It loads no SDK.',
			[],
		),
		only('decorators/', ['^lib/'], 'A decorator is thin: it imports the engine, and nothing else.', []),
		only(
			'lib/',
			[`${PACKAGES}@opentelemetry/api/`, `${PACKAGES}reflect-metadata/`],
			"The engine knows OpenTelemetry's API, not its SDK, and no preset.",
		),
		only('delivery/', ['^lib/', PACKAGES], 'Delivery knows no preset, no config and no provider.'),
		only('presets/', ['^(lib|delivery)/', PACKAGES], 'A preset sets where telemetry goes. It reads no config.'),
		only('config/', ['^(lib|delivery|presets)/', PACKAGES], 'A config is read before anything is assembled of it.'),
		only('sdk/', ['^(lib|delivery|presets|config)/', PACKAGES], 'The SDK is assembled without decorators.'),
		only('testing/', ['^(lib|delivery|presets|config|sdk)/', PACKAGES], 'A test telemetry uses no decorator.'),
		only('cli/', ['^(lib|delivery|presets|config|sdk)/', PACKAGES], 'A command uses no decorator.'),
		...floorRules,
		...insideRules,
		{
			name: 'examples-imports',
			severity: 'error',
			comment: 'An example or a benchmark uses what a user can use: the published entries.',
			from: { path: '^(examples|bench)/' },
			to: {
				path: `^((index|extend|extend-core)\\.ts|(${SHIPPED.join('|')}|dist)/)`,
				pathNot: '^dist/esm/(index|extend|sdk/index|sdk/register|testing/index)\\.js$',
			},
		},
	],
	options: {
		parser: 'swc',
		doNotFollow: { path: [PACKAGES, '^dist/'] },
		exclude: { path: ['^\\.cache/', '^dist/cjs/'] },
		moduleSystems: ['es6', 'cjs'],
		combinedDependencies: true,
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'node', 'default'],
			extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
		},
	},
};
