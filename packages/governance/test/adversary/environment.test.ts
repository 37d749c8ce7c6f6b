import { repelAll } from './attack.ts';
import { ENVIRONMENT } from './environment.ts';

repelAll('what stands around whoever types', ENVIRONMENT);
