import { describe, expect, it } from '@jest/globals';
import { prometheusHandler } from '../../../presets/prometheus/handler.js';
import { addConfiguredPath, addMountPath, isOwnScrape } from '../../../presets/prometheus/scrapes.js';

describe('isOwnScrape()', () => {
	it("leaves the route at the path of the preset's own server to the application until a handler is created", () => {
		addConfiguredPath('/metrics');
		expect(isOwnScrape({ url: '/metrics' })).toBe(false);
		prometheusHandler();
		expect(isOwnScrape({ url: '/metrics?name=a' })).toBe(true);
		expect(isOwnScrape({ url: '/orders' })).toBe(false);
	});

	it('remembers the path at which a handler is mounted, including the part that a router has removed from url', () => {
		addMountPath('/inner/page');
		expect([isOwnScrape({ url: '/inner/page' }), isOwnScrape({ url: '/page' })]).toEqual([true, false]);
		expect(isOwnScrape({ url: '/page', originalUrl: '/inner/page' } as { url: string })).toBe(true);
	});
});
