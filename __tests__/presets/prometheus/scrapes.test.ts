import { describe, expect, it } from '@jest/globals';
import { prometheusHandler } from '../../../presets/prometheus/handler.js';
import { configuredAt, isOwnScrape, mountedAt } from '../../../presets/prometheus/scrapes.js';

describe('isOwnScrape()', () => {
	it("leaves the application its own route at the path of our server's page, until a handler of ours is made", () => {
		configuredAt('/metrics');
		expect(isOwnScrape({ url: '/metrics' })).toBe(false);
		prometheusHandler();
		expect(isOwnScrape({ url: '/metrics?name=a' })).toBe(true);
		expect(isOwnScrape({ url: '/orders' })).toBe(false);
	});

	it('learns where a handler is mounted, less what the router cut off', () => {
		mountedAt('/inner/page');
		expect([isOwnScrape({ url: '/inner/page' }), isOwnScrape({ url: '/page' })]).toEqual([true, false]);
		expect(isOwnScrape({ url: '/page', originalUrl: '/inner/page' } as { url: string })).toBe(true);
	});
});
