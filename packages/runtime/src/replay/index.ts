export { memorySource } from './block.ts';
export type { BlockKind, TapeSource } from './block.ts';
export type { TapeFaultCode } from './fault.ts';
export type { EngineVersions, TapeEnd, TapeGap, TapeHeader } from './header.ts';
export { type MemoryTape, recordTurns } from './memory-tape.ts';
export type { OpenTape, TapeOpening } from './open-tape.ts';
export type { Difference, Doubt, DoubtCode, Replay, ReplayOptions } from './replay-tape.ts';
export { replayTape } from './replay-tape.ts';
export type { TurnTape } from './turn-recorder.ts';
