import { diag } from '@opentelemetry/api';
import type { LoadedConfig } from '../../config/load.js';
import { changeLogLevel, hasOtelLogLevel } from '../../lib/diagnostics/diag-logger.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { abandonOpenSettlements } from '../../lib/settling/common/finalization.js';
import { warnRatesIgnored } from '../assemble/rule-rates.js';
import type { Instrumentation } from '../instrumentation/load.js';
import { registerRemovably } from '../preflight/registered-sdk.js';
import { whileProcessEnds } from '../process-end/process-end.js';
import { prepareDeclaredSdk } from '../providers/declarative.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { startRules, tracingSettings } from './engine-settings.js';
import { endOpenAtProcessEnd, type Running, stop, type Undo } from './running.js';

/**
 * Starts the SDK that OpenTelemetry's declarative configuration file describes, with the toolkit's instrumentations,
 * and shuts it down when the process ends. The config's `rules`, `spanName`, `metered`, `conventions`, `observer` and
 * `redact` apply to the toolkit's spans, and `delivery.endTimeout` to its end; its presets are not used, so `stats()`
 * counts nothing.
 *
 * @param file - the absolute path of the file that `OTEL_CONFIG_FILE` names
 * @param installLogger - installs the toolkit's diag logger, which `startNodeSDK` replaces, and returns its removal
 */
export async function runDeclared(
	file: string,
	{ config }: LoadedConfig,
	instrumentations: Instrumentation[],
	installLogger: () => Undo,
): Promise<Running> {
	const start = await prepareDeclaredSdk(file, instrumentations);
	let sdk: ReturnType<typeof start> | undefined;
	const registration = registerRemovably(() => {
		sdk = start();
	});
	const removeLogger = reinstallLogger(installLogger);
	// The file may configure a sampler that reads attributes.
	const restoreTracing = configureTracing({ ...tracingSettings(config), attributesAtStart: true });
	let ended: Promise<void> | undefined;
	const shutdown = async () => {
		ended ??= sdk?.shutdown();
		await ended;
	};
	const removeListener = whileProcessEnds(async (end) => {
		if (end !== 'final') return;
		abandonOpenSettlements();
		await shutdown();
	}, config.delivery.endTimeout);
	warnRatesIgnored(config.rules, 'the file that OTEL_CONFIG_FILE names');
	const rules = startRules(config.rules);
	const restorePrivacy = startPrivacy(privacyOf(config), false);
	const undo = [
		registration.remove,
		restoreTracing,
		restorePrivacy,
		rules.stop,
		endOpenAtProcessEnd(),
		removeListener,
		removeLogger,
	];
	return {
		parts: [],
		rules,
		async prepareUpdate(former, { config: next }) {
			return () => {
				if (next.rules !== former.rules) {
					rules.replace(next.rules);
					warnRatesIgnored(next.rules, 'the file that OTEL_CONFIG_FILE names');
				}
				changeLogLevel(next.logLevel);
			};
		},
		handOver: undefined,
		stop: () => stop(shutdown, instrumentations, undo),
	};
}

/**
 * Puts the toolkit's diag logger back. `startNodeSDK` always installs a console logger, at the level info if
 * `OTEL_LOG_LEVEL` is not set. If that variable is set, OpenTelemetry's logger stays.
 */
function reinstallLogger(installLogger: () => Undo): Undo {
	if (hasOtelLogLevel()) return () => undefined;
	diag.disable();
	return installLogger();
}
