import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
	Aspect,
	createLogos,
	DecorationError,
	PathNotFoundError,
	PathSyntaxError,
	parsePath,
	Resolver,
	resolverOf,
	Traced,
} from '../../index.js';
import { withSdk } from './each.js';
import { counted, pathLabels } from './expected.js';
import { failureOf, messageOf, points, timeline } from './harness.js';

withSdk();

@Resolver('concept.spec')
class Spec {
	@Aspect
	@Traced
	async proofQuality(): Promise<string> {
		return 'proof';
	}

	@Aspect
	async getHTTPStatus(): Promise<string> {
		return 'status';
	}

	@Aspect('weigh-twice')
	async weighIt(): Promise<string> {
		return 'weight';
	}

	@Aspect
	async check(): Promise<string> {
		return 'check';
	}
}

describe('a method in camelCase', () => {
	it.each([
		['proofQuality', 'proof', 'proof_quality'],
		['proof_quality', 'proof', 'proof_quality'],
		['proof-quality', 'proof', 'proof_quality'],
		['getHTTPStatus', 'status', 'get_http_status'],
		['get_http_status', 'status', 'get_http_status'],
		['get-http-status', 'status', 'get_http_status'],
		['weigh-twice', 'weight', 'weigh-twice'],
		['weigh_twice', 'weight', 'weigh-twice'],
		['weighTwice', 'weight', 'weigh-twice'],
	])('is reached as %s, and its path on the span is in one spelling', async (spelling, result, aspect) => {
		expect(await createLogos([new Spec()]).invoke(`concept.spec.${spelling}`)).toBe(result);
		const [seen] = await timeline();
		expect([seen?.attributes['agentese.path'], seen?.attributes['agentese.aspect']]).toEqual([
			`concept.spec.${aspect}`,
			aspect,
		]);
	});

	it('has its path on the span and on the metric when it is called directly', async () => {
		await new Spec().proofQuality();
		expect((await timeline()).map(({ attributes }) => attributes['agentese.path'])).toEqual([
			'concept.spec.proof_quality',
		]);
		expect(await points()).toEqual(counted(pathLabels('concept.spec.proof_quality')));
	});

	it('is described by its path, and capitals are legal in the last segment of invoke alone', async () => {
		expect(resolverOf(Spec).aspects.map(({ path }) => path)).toEqual([
			'concept.spec.proof_quality',
			'concept.spec.get_http_status',
			'concept.spec.weigh-twice',
			'concept.spec.check',
		]);
		expect(() => parsePath('concept.spec.proofQuality')).toThrow(PathSyntaxError);
		const failed = await failureOf(() => createLogos([new Spec()]).invoke('concept.Spec.check'));
		expect(failed?.thrown).toBeInstanceOf(PathSyntaxError);
		await timeline();
	});
});

describe('two methods of one class', () => {
	it('that meet in one spelling are refused when the class is defined', async () => {
		const failed = await failureOf(() => {
			@Resolver('self.twice')
			class Twice {
				@Traced
				proofQuality(): void {}

				@Aspect('proof-quality')
				proof(): void {}
			}
			return Twice;
		});
		expect(failed?.thrown).toBeInstanceOf(DecorationError);
		expect(messageOf(failed)).toBe(
			"@Resolver on Twice got proofQuality and proof, which both have the path 'self.twice.proof-quality'. " +
				'Each path has one method; snake_case, kebab-case and camelCase are spellings of one aspect. ' +
				"Try another name for one of them, such as @Aspect('proof-quality_again').",
		);
	});

	it('that share one @Aspect are refused, an override and its base are not', async () => {
		const failed = await failureOf(() => {
			@Resolver('self.shared')
			class Shared {
				@Aspect('ask')
				first(): void {}

				@Aspect('ask')
				second(): void {}
			}
			return Shared;
		});
		expect(failed?.thrown).toBeInstanceOf(DecorationError);
		class Base {
			@Aspect
			ask(): string {
				return 'base';
			}
		}
		@Resolver('self.derived')
		class Derived extends Base {
			@Traced
			override ask(): string {
				return 'derived';
			}
		}
		expect(await createLogos([new Derived()]).invoke('self.derived.ask')).toBe('derived');
		await timeline();
	});
});

describe('every path that an error says to try', () => {
	@Resolver('world.town.:citizen')
	class Citizen {
		@Aspect
		async greetAll(): Promise<string> {
			return 'hello';
		}
	}
	const logos = createLogos([new Spec(), new Citizen()]);
	/** A path that is reached, with some characters replaced, removed or added. */
	const mistyped = fc
		.tuple(
			fc.constantFrom(
				'concept.spec.proofQuality',
				'concept.spec.check',
				'world.town.ada.greet_all',
				'self.nowhere.ask',
			),
			fc.array(
				fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 2 }), fc.constantFrom('x', 'S', '-', '_', '.', ' ', '/', '9')),
				{ minLength: 1, maxLength: 3 },
			),
		)
		.map(([path, edits]) =>
			edits.reduce<string>((text, [at, removed, added]) => text.slice(0, at) + added + text.slice(at + removed), path),
		);

	it('can be invoked', async () => {
		let tried = 0;
		await fc.assert(
			fc.asyncProperty(mistyped, async (text) => {
				const failed = await failureOf(() => logos.invoke(text));
				const error = failed?.thrown;
				if (!(error instanceof PathNotFoundError || error instanceof PathSyntaxError)) return;
				for (const hint of [...error.hints, ...error.related.map((path) => `"${path}"`)]) {
					const path = /"([^"]+)"/.exec(hint)?.[1];
					if (path === undefined) continue;
					tried++;
					expect(await failureOf(() => logos.invoke(path))).toBeUndefined();
				}
			}),
			{ numRuns: 500 },
		);
		expect(tried).toBeGreaterThan(100);
		await timeline();
	});
});
