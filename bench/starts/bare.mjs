// Loads nothing: what Node itself takes.
import { started } from '../lib/started.mjs';

started();
