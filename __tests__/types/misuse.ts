/**
 * Checked by the compiler in both decorator standards, never run. Each mistake is one error, at the option that is wrong:
 * an error at the decorator as well (TS1241) would be on a line of its own, which nothing here expects.
 */
import { SpanKind } from '@opentelemetry/api';
import { createDecorator } from '../../extend.js';
import {
	Aspect,
	createLogos,
	instrument,
	Metered,
	metered,
	startInvocation,
	Traced,
	traced,
	traceInvocation,
} from '../../index.js';

const Audited = createDecorator<{ level?: 'low' | 'high' | undefined }>({
	name: 'Audited',
	keys: ['level'],
	advice: () => ({}),
});

export class Mistakes {
	@Traced({
		// @ts-expect-error no such option
		resulr: () => 'x',
	})
	unknownKey(): void {}

	@Traced({
		// @ts-expect-error a symbol cannot be written
		result: () => Symbol('x'),
	})
	wrongResult(): void {}

	@Traced({
		// @ts-expect-error the value is a number
		result: (value: string) => value,
	})
	wrongValue(): number {
		return 1;
	}

	@Traced({
		// @ts-expect-error a Date has no such member
		result: (value) => value.nope,
	})
	unknownMember(): Date {
		return new Date();
	}

	@Traced({
		// @ts-expect-error the value of a stream is undefined
		result: (value) => value.locked,
	})
	stream(): ReadableStream {
		return new ReadableStream();
	}

	@Traced({
		// @ts-expect-error a refusal is true or false
		refused: (value) => value,
	})
	wrongRefusal(): number {
		return 1;
	}

	@Traced({
		kind: SpanKind.CLIENT,
		// @ts-expect-error no such value
		span: 'old',
		capture: { arguments: ([text]) => text.length, result: 'full' },
	})
	wrongWord(text: string): string {
		return text;
	}

	@Traced({
		capture: {
			// @ts-expect-error no such value
			result: 'all',
		},
	})
	wrongCapture(): void {}

	@Metered({
		// @ts-expect-error no such option
		bucket: [1],
	})
	unknownMeteredKey(): void {}

	@Traced()
	@Metered({
		// @ts-expect-error true or false
		active: 'no',
	})
	wrongMetered(): void {}

	@Audited({
		// @ts-expect-error no such level
		level: 'middle',
	})
	wrongLevel(): void {}

	@Aspect({
		// @ts-expect-error no such category
		category: 'thought',
	})
	wrongCategory(): void {}

	@Traced({
		// @ts-expect-error no such option
		resulr: () => 'x',
	})
	get getter(): number {
		return 1;
	}

	@Traced({
		// @ts-expect-error no such option
		resulr: () => 'x',
	})
	field = (): number => 1;
}

@Traced({
	// @ts-expect-error no such option
	resulr: () => 'x',
})
export class OnClass {}

traced((text: string) => text, {
	// @ts-expect-error the value is a text
	result: (value) => value.toFixed(),
});
metered((text: string) => text, {
	// @ts-expect-error no such option
	bucket: [1],
});
instrument(new Date(), {
	// @ts-expect-error no such option
	inclde: ['getTime'],
});
createLogos([], {
	// @ts-expect-error no such option
	alias: {},
});
traceInvocation(
	'self.soul.ask',
	{
		// @ts-expect-error the value is a number
		result: (value) => value.length,
	},
	() => 1,
);
startInvocation('self.soul.ask', {
	// @ts-expect-error no such option
	observr: null,
});

/** Under `exactOptionalPropertyTypes` every option accepts undefined. */
export class Undefined {
	@Traced({
		path: undefined,
		aspect: undefined,
		name: undefined,
		kind: undefined,
		observer: undefined,
		samplingAttributes: undefined,
		attributes: undefined,
		result: undefined,
		expected: undefined,
		refused: undefined,
		root: undefined,
		parent: undefined,
		links: undefined,
		span: undefined,
		tokens: undefined,
		follow: undefined,
		operation: undefined,
		metered: undefined,
		when: undefined,
		capture: { arguments: undefined, result: undefined },
		errors: undefined,
	})
	@Metered({ attributes: undefined, buckets: undefined, active: undefined })
	@Aspect({ affordedTo: undefined, category: undefined })
	@Audited({ level: undefined })
	method(): void {}
}

instrument(new Date(), {
	include: undefined,
	exclude: undefined,
	publish: undefined,
	traced: undefined,
	metered: undefined,
	handle: undefined,
});
createLogos([], { aliases: undefined, use: undefined });
startInvocation('self.soul.ask', {
	observer: undefined,
	template: undefined,
	metered: undefined,
	name: undefined,
	kind: undefined,
	samplingAttributes: undefined,
	attributes: undefined,
	result: undefined,
	expected: undefined,
	refused: undefined,
	root: undefined,
	parent: undefined,
	links: undefined,
	tokens: undefined,
	follow: undefined,
	operation: undefined,
	capture: undefined,
	errors: undefined,
});
