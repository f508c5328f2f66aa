export { deliveryDefaults } from '../../../presets/options/delivery.js';
export { otlpDefaults } from '../../../presets/options/otlp.js';
export { otlp } from '../../../presets/otlp.js';
