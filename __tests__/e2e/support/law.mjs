// For `--import` behind `agentese-otel/register`: the law of delivery holds when the application ends.
import { startTelemetry } from 'agentese-otel/presets';
import { keepLaw } from '../../../scripts/arrives/law.mjs';

// It answers what runs already.
keepLaw(await startTelemetry());
