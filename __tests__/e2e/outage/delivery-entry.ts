export { deliveryDefaults } from '../../../delivery/options.js';
export { otlpDefaults } from '../../../presets/contract/otlp-options.js';
export { otlp } from '../../../presets/otlp/preset.js';
