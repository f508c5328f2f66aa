/**
 * The text that replaces a redacted value. It is a marker and not an empty text, so that a reader can tell a redacted
 * value from a missing one.
 */
export const REDACTED = '[redacted]';
