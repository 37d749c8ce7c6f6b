/** Where an item of evidence comes from (D-38). Every one of them says so. */
import { readBuildIdentity } from '../../packages/runtime/src/proof/index.ts';

export interface Provenance {
  readonly clock: 'real' | 'virtual';
  /** `none`: no exchange was asked. */
  readonly venue: 'live' | 'testnet' | 'mirror' | 'simulated' | 'none';
  readonly data: 'recorded' | 'synthetic' | 'none';
  readonly build_id: string;
  readonly node: string;
}

export function buildIdOf(root: string): string {
  const build = readBuildIdentity(root);
  return build.ok ? build.buildId : `unknown (${build.code})`;
}

/** Copied or written without asking any exchange. */
export function ofDocument(buildId: string): Provenance {
  return { clock: 'real', venue: 'none', data: 'none', build_id: buildId, node: process.version };
}

/** A real process on a real clock against the built-in exchange with a made-up market. */
export function ofSimulatedRun(buildId: string): Provenance {
  return {
    clock: 'real',
    venue: 'simulated',
    data: 'synthetic',
    build_id: buildId,
    node: process.version,
  };
}

/** The core alone, on made-up inputs: its time is what it is told. */
export function ofCore(buildId: string): Provenance {
  return { ...ofSimulatedRun(buildId), clock: 'virtual', venue: 'none' };
}

/** A scenario: the same code on a clock that is wound. */
export function ofScenario(buildId: string): Provenance {
  return { ...ofSimulatedRun(buildId), clock: 'virtual' };
}

/** One line for the head of a document. */
export function shownProvenance({ clock, venue, data, build_id, node }: Provenance): string {
  return `clock: ${clock} · venue: ${venue} · data: ${data} · build: ${build_id} · Node: ${node}`;
}

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export const NOT_SIGNED = 'NOT SIGNED';
