import type { Brand } from './brand.ts';

/**
 * Monotonic-epoch milliseconds (contract-1 section 3): aligned to the epoch, never going back. Ages
 * use only this.
 */
export type MonoMs = Brand<number, 'MonoMs'>;

/**
 * Wall-clock milliseconds since the epoch. For people and for artifacts that outlive the process.
 */
export type WallMs = Brand<number, 'WallMs'>;

export const monoMs = (value: number): MonoMs => value as MonoMs;
export const wallMs = (value: number): WallMs => value as WallMs;
