import { repelAll } from './attack.ts';
import { PATHS } from './paths.ts';

repelAll('names that lead elsewhere', PATHS);
