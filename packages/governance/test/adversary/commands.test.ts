import { repelAll } from './attack.ts';
import { COMMANDS } from './commands.ts';

repelAll('programs that are not what they are declared to be', COMMANDS);
