import { filePlace, memoryPlace } from './ledger-harness.ts';
import { describeLedger } from './ledger.contract.ts';

describeLedger('file', filePlace);
describeLedger('memory', memoryPlace);
