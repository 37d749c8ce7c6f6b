import { repelAll } from './attack.ts';
import { DOCUMENTS } from './documents.ts';

repelAll('texts that are read in two ways', DOCUMENTS);
