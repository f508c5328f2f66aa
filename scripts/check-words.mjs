// Checks the words: identifiers that were replaced by the field's own term, and phrases that comments and messages do not use.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';
import { filesBelow, ROOT, SHIPPED } from './fresh.mjs';

/** Identifiers that are not used any more, and what stands for each. */
export const RETIRED = {
	blockPoint: 'manualJoinPoint',
	Carried: 'PassThroughSettlement',
	PointCells: 'MethodSeries',
	Claim: 'Lease',
	countUnsent: 'reportUnsent',
	creditResult: 'attributeResult',
	gathering: 'subtotal',
	Gathering: 'Subtotal',
	lane: 'pipeline',
	lanes: 'pipelines',
	Lane: 'SignalPipeline',
	Lanes: 'Pipelines',
	leanSdk: 'minimalSdk',
	Ledger: 'PreAggregation',
	ledger: 'preAggregation',
	lendVoice: 'installDiagLogger',
	voice: 'the diag logger',
	lookAtThen: 'readThen',
	Lying: 'PendingRequests',
	lyingIn: 'pendingIn',
	neighbours: 'otelVersions',
	Neighbours: 'OtelVersions',
	nothingLies: 'hasNoConfigFile',
	noting: 'checkpoints',
	Noting: 'SpanCheckpoints',
	oldNode: 'unsupportedNode',
	OpenNotes: 'OpenSpanCheckpoints',
	originSchema: 'kgentsSchema',
	owe: 'hold',
	owing: 'uncounted',
	ownParts: 'guardParts',
	OwnPresets: 'CustomPresets',
	OwnSpan: 'FastSpan',
	OwnTracer: 'FastTracer',
	ownWays: 'customRoutes',
	Pace: 'StreamTimer',
	Passage: 'PassThroughSettlement',
	passage: 'passThrough',
	Patience: 'ReadRetry',
	patience: 'readRetry',
	pay: 'countNow',
	plainLayer: 'fastCheck',
	plainSpan: 'directSpan',
	Purse: 'TokenAccount',
	purse: 'account',
	quieten: 'disconnect',
	runIn: 'runInContext',
	Said: 'ConfigLayerSource',
	sayLine: 'writeStderr',
	sayNow: 'log',
	sayOnce: 'warnOnce',
	sayOnceAloud: 'warnOnceOnStderr',
	seenAtEnd: 'onForeignSpanEnd',
	seenAtStart: 'onForeignSpanStart',
	settleEndpoints: 'normalizeEndpoints',
	settleHeaders: 'normalizeHeaders',
	shadow: 'overrideProperty',
	shadowAccessor: 'overrideAccessor',
	shadowMethod: 'overrideMethod',
	Sight: 'ObservedSpan',
	sight: 'observedSpan',
	sights: 'observedSpans',
	Spent: 'UsageTotal',
	standIn: 'overrideTracer',
	StandIn: 'TracerOverride',
	StartFacts: 'StartAttributes',
	tally: 'totals',
	tallied: 'addToTotals',
	tellDelivery: 'registerSelfMetrics',
	userFile: 'kgentsFile',
	Ways: 'Routes',
	waysTo: 'routesTo',
	wear: 'stamp',
	wearObserver: 'stampObserver',
	wholeHistogram: 'bulkHistogram',
};

/** Phrases of comments and messages, and what to write instead. */
export const PHRASES = {
	'who asks': 'the observer',
	"one's own": 'custom',
	'is told': 'receives',
	'of one’s': 'custom',
	"of one's": 'custom',
	"somebody else's": 'another',
	'stands on': 'is on',
	'lies in': 'is in',
};

const PHRASE = new RegExp(Object.keys(PHRASES).join('|').replaceAll(' ', '[\\s*/]+'), 'gi');

/**
 * Returns one line for each retired identifier and each phrase of a TypeScript source.
 *
 * @param file - the path that the lines name
 * @param text - the source
 */
export function wordFaults(file, text) {
	const options = { sourceType: 'module', plugins: ['typescript', 'decorators'], tokens: true, errorRecovery: true };
	const { tokens, comments } = parse(text, options);
	const faults = [];
	const line = ({ loc }) => `${file}:${loc.start.line}`;
	for (const token of tokens) {
		const { value } = token;
		if (typeof value !== 'string') continue;
		if (token.type.label === 'name' || token.type.label === '#name' || token.type.label === 'privateName') {
			if (Object.hasOwn(RETIRED, value))
				faults.push(`${line(token)}: ${value} is not used any more. Write ${RETIRED[value]}.`);
		} else if (token.type.label === 'string' || token.type.label === 'template') faults.push(...phrases(token, value));
	}
	for (const comment of comments) faults.push(...phrases(comment, comment.value));
	return faults;

	function phrases(node, words) {
		return [...words.matchAll(PHRASE)].map(([phrase]) => {
			const plain = phrase.replace(/[\s*/]+/g, ' ').toLowerCase();
			return `${line(node)}: "${plain}" is the house's voice. Write ${PHRASES[plain] ?? 'the technical term'}.`;
		});
	}
}

if (import.meta.url === `file://${process.argv[1]}`) {
	const files = filesBelow(SHIPPED).filter((file) => file.endsWith('.ts'));
	const faults = files.flatMap((file) => wordFaults(file, readFileSync(join(ROOT, file), 'utf8')));
	for (const fault of faults) console.error(fault);
	console.log(`${files.length} files, ${faults.length} faults.`);
	if (faults.length > 0 || files.length === 0) process.exitCode = 1;
}
