import { started } from '../lib/started.mjs';

started();
