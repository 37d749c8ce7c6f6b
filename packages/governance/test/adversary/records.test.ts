import { repelAll } from './attack.ts';
import { RECORDS } from './records.ts';

repelAll('logs, approvals and clocks', RECORDS);
