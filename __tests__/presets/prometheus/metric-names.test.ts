import { describe, expect, it } from '@jest/globals';
import { labelName, type NameKind, prometheusName } from '../../../presets/prometheus/metric-names.js';

describe('prometheusName()', () => {
	// The first four are the metrics of the toolkit; the others are the rules of prometheus/otlptranslator.
	it.each<[name: string, unit: string, kind: NameKind, expected: string | undefined]>([
		['agentese.invocations', '{invocation}', 'counter', 'agentese_invocations_total'],
		['agentese.invoke.duration', 'ms', 'other', 'agentese_invoke_duration_milliseconds'],
		['agentese.tokens', '{token}', 'counter', 'agentese_tokens_total'],
		['agentese.invoke.active', '{invocation}', 'other', 'agentese_invoke_active'],
		['http.server.request.duration', 's', 'other', 'http_server_request_duration_seconds'],
		['process.cpu.time', 's', 'counter', 'process_cpu_time_seconds_total'],
		['duration.seconds', 's', 'other', 'duration_seconds'],
		['seconds.of.sleep', 's', 'other', 'seconds_of_sleep'],
		['total.calls', '', 'counter', 'calls_total'],
		['calls_total', '1', 'counter', 'calls_total'],
		['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
		['cpu.utilization', '1', 'other', 'cpu_utilization'],
		['disk.speed', 'By/s', 'gauge', 'disk_speed_bytes_per_second'],
		['queue.growth', '{item}/min', 'gauge', 'queue_growth_per_min'],
		['battery', '%', 'gauge', 'battery_percent'],
		['odd', 'foo-bar', 'other', 'odd_foo_bar'],
		['2xx', '', 'counter', '_2xx_total'],
		['_a__b_', '', 'other', 'a_b'],
		['a:b', '', 'other', 'a:b'],
		['---', '', 'other', undefined],
	])('of %s in %s, a %s, is %s', (name, unit, kind, expected) => {
		expect(prometheusName(name, unit, kind)?.name).toBe(expected);
	});
});

describe('labelName()', () => {
	it.each([
		['agentese.path', 'agentese_path'],
		['error.type', 'error_type'],
		['a--b', 'a_b'],
		['1st', 'key_1st'],
		['é', '_'],
	])('of %s is %s', (name, expected) => {
		expect(labelName(name)).toBe(expected);
	});
});
