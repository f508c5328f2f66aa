/** What stands where a secret stood: hidden is not missing. */
export const REDACTED = '[redacted]';
