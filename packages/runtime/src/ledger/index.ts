export type { DiskFloor, DiskVerdict } from './disk-floor.ts';
export { measureDiskFloor } from './disk-floor.ts';
export type { DumpFormat } from './dump.ts';
export { dumpLedger } from './dump.ts';
export type { FileLedgerOptions, LedgerOpenFault, OpenedLedger } from './file-ledger.ts';
export { describeOpenFault, openFaultOf, openFileLedger } from './file-ledger.ts';
export type { LedgerFold } from './fold.ts';
export { digestFacts, foldLedger } from './fold.ts';
export { folderSource, makeFolder, syncFolder } from './folder.ts';
export type { CommitOptions, SegmentWriter, WriteDone } from './group-commit.ts';
export { GroupCommit } from './group-commit.ts';
export type { LockHolder, WriterLock } from './lock.ts';
export { readHolder, takeWriterLock } from './lock.ts';
export type { MemoryLedgerOptions } from './memory-ledger.ts';
export { MemoryDisk, openMemoryLedger } from './memory-ledger.ts';
export type {
  Damage,
  DamageCode,
  LedgerHead,
  ScanEnd,
  ScannedRecord,
  SegmentFile,
  SegmentSource,
  TornTail,
} from './scan.ts';
export { scanLedger } from './scan.ts';
export type { SegmentHeader } from './segment.ts';
export type { LedgerFinding, LedgerVerification } from './verify.ts';
export { verifyLedger, verifySource } from './verify.ts';
export { segmentName } from './segment.ts';
