import { repelAll } from './attack.ts';
import { GATES } from './gates.ts';

repelAll('gates and services', GATES);
