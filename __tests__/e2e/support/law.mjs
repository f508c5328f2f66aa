// For `--import` after `agentese-otel/register`: checks that made = written + queued + onDisk + dropped holds when the
// application ends.
import { startTelemetry } from 'agentese-otel/presets';
import { keepLaw } from '../../../scripts/arrives/law.mjs';

// It returns the telemetry that runs already.
keepLaw(await startTelemetry());
