/**
 * The floors of the house (CONTRIBUTING.md has the table): imports point one way, with no cycle.
 *
 * dependency-cruiser reads TypeScript with swc, because TypeScript 7 has no JavaScript compiler API. Imports of types
 * count like all others.
 */
const PACKAGES = 'node_modules/';
const TESTS = '^__tests__/';

/** A rule: what lies below `folder` imports that folder, what the patterns match, and Node's own modules. */
const only = (folder, patterns, comment, builtins = ['core']) => ({
	name: `${/\w+/.exec(folder)[0]}-imports`,
	severity: 'error',
	comment,
	from: { path: `^${folder}` },
	to: { pathNot: [`^${folder}`, ...patterns], dependencyTypesNot: builtins },
});

module.exports = {
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
			comment: 'A user has only what package.json lists under dependencies and peerDependencies.',
			from: { path: '^(index\\.ts|lib/|decorators/|presets/|cli/)' },
			to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'npm-peer'] },
		},
		only(
			'index\\.ts',
			['^decorators/', '^lib/'],
			'The front door opens on the decorators and the engine. It loads no SDK.',
			[],
		),
		only('decorators/', ['^lib/'], 'A decorator is thin: it imports the engine, and nothing else.', []),
		only(
			'lib/',
			[`${PACKAGES}@opentelemetry/api/`, `${PACKAGES}reflect-metadata/`],
			"The engine knows OpenTelemetry's API, not its SDK, and no preset.",
		),
		only('presets/', ['^lib/', PACKAGES], 'A preset says where telemetry goes. It knows no decorator.'),
		only('cli/', ['^presets/', '^lib/', PACKAGES], 'A command knows presets and the engine. It knows no decorator.'),
		{
			name: 'examples-imports',
			severity: 'error',
			comment: 'An example or a benchmark uses what a user can use: the published entries.',
			from: { path: '^(examples|bench)/' },
			to: {
				path: '^(index\\.ts|lib/|decorators/|presets/|cli/|dist/)',
				pathNot: '^dist/esm/(index|presets/index|presets/register)\\.js$',
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
