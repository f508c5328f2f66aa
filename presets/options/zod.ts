import type { z } from 'zod';

/**
 * zod itself. The checks take it as an argument: loading it and making the schema takes as long as loading the SDK, and a
 * config that says nothing unusual is read without (`load/plain.ts`).
 */
export type Zod = typeof z;
