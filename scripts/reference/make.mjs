// Makes the API reference from the doc comments. `npm run docs` at the root installs what this needs, and runs it. A link to a
// name that does not exist, a name without a comment and every other warning fail.
import { join } from 'node:path';
import { Application, ReflectionKind } from 'typedoc';
import { publicEntries } from '../entries.mjs';
import { ROOT } from '../fresh.mjs';

/** The folder of the reference. */
const OUT = join(ROOT, 'dist/reference');

/** The types whose patterns and signatures have no comments: the compiler reads them, and a user reads the type's own. */
const PATTERNS = [
	...['BareDecorator', 'ConfigurableDecorator', 'CalledDecorator', 'MemberFunction', 'MemberThis'],
	...['Settled', 'TokenSource', 'LegalPath'],
];

/** Returns the name of a module as users import it, from the name that TypeDoc derives of its file. */
function specifierOf(entries, name) {
	const found = entries.find(({ source }) => source.replace(/\.ts$/, '').replace(/\/index$/, '') === name);
	if (found === undefined) throw new Error(`The module "${name}" of the reference is no entry of package.json.`);
	return found.specifier;
}

/** Returns the names within `PATTERNS` that TypeDoc reports as not documented: it warns about others in its list. */
function patternNames(project) {
	const parentsOf = (one) => (one.parent === undefined ? [] : [one.parent, ...parentsOf(one.parent)]);
	const members = project.getReflectionsByKind(ReflectionKind.Property | ReflectionKind.CallSignature).filter((one) => {
		const parents = parentsOf(one);
		const isParameter = parents.some(({ kind }) => kind === ReflectionKind.Parameter);
		return !isParameter && !one.hasComment() && parents.some(({ name }) => PATTERNS.includes(name));
	});
	const types = project
		.getReflectionsByKind(ReflectionKind.TypeParameter)
		.filter(({ name, type, parent }) => name === 'F' && type !== undefined && PATTERNS.includes(parent?.name));
	const named = [...members, ...types].filter(({ name }) => name !== '__type' && !PATTERNS.includes(name));
	return [...new Set(named.map((one) => one.getFriendlyFullName()))];
}

// A name that two entries export is described where it is exported first: the core is a part of the other package.
const isCore = ({ specifier }) => specifier.startsWith('agentese-otel-core');
const entries = publicEntries().toSorted((a, b) => isCore(a) - isCore(b));
const app = await Application.bootstrap({
	name: 'agentese-otel',
	entryPoints: entries.map(({ source }) => join(ROOT, source)),
	tsconfig: join(ROOT, 'tsconfig.json'),
	basePath: ROOT,
	readme: 'none',
	disableSources: true,
	excludePrivate: true,
	excludeExternals: true,
	githubPages: false,
	validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
	treatWarningsAsErrors: true,
	treatValidationWarningsAsErrors: true,
	logLevel: 'Warn',
});
const project = await app.convert();
if (project !== undefined) {
	for (const module of project.getReflectionsByKind(ReflectionKind.Module))
		module.name = specifierOf(entries, module.name);
	app.options.setValue('intentionallyNotDocumented', patternNames(project));
	app.validate(project);
	await app.generateDocs(project, OUT);
}
const { errorCount, warningCount } = app.logger;
console.log(`${errorCount} errors, ${warningCount} warnings. The reference is in ${join(OUT, 'index.html')}.`);
if (project === undefined || errorCount + warningCount > 0) process.exitCode = 1;
