/**
 * Every order of events to a stated bound: breadth first over the real `step`, so that the first
 * path that breaks a rule is a shortest one. A world cannot be copied, so it is reached again by
 * its path; a state that was met before, by whatever path, is not gone on from.
 */
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';

export interface Model<World> {
  readonly name: string;
  /** What is played, and what the model leaves out. */
  readonly about: string;
  /** Depth in `npm test`. */
  readonly depth: number;
  start(): World;
  /** What can happen next, always in the same order. */
  enabled(world: World): readonly string[];
  act(world: World, action: string): void;
  /** The rule that is broken now, in words; null while none is. The world is not used after it. */
  broken(world: World): string | null;
  /** All of the world that can make a difference to what comes. */
  key(world: World): string;
  /**
   * Lets the world come to rest: what stays wrong then, in words. Asked of every world that is not
   * gone on from because the bound is reached or nothing more can happen.
   */
  rest(world: World): string | null;
}

export interface Violation {
  readonly says: string;
  /** A shortest one to it. */
  readonly path: readonly string[];
}

export interface Exploration {
  readonly model: string;
  readonly depth: number;
  readonly states: number;
  /** Every one of them played and judged, those that led to a known state too. */
  readonly transitions: number;
  /** Worlds that were let come to rest. */
  readonly rested: number;
  /** Nothing was left to go on from before the bound was reached. */
  readonly complete: boolean;
  readonly violation: Violation | null;
  readonly seconds: number;
}

interface Node {
  readonly parent: Node | null;
  readonly action: string;
  readonly enabled: readonly string[];
}

/** Plays `model` to `depth` actions from its start. Ends at the first violation. */
export function explore<World>(model: Model<World>, depth = model.depth): Exploration {
  const begun = performance.now();
  const start = model.start();
  const seen = new Set([digest(model.key(start))]);
  let level: Node[] = [{ parent: null, action: '', enabled: model.enabled(start) }];
  let transitions = 0;
  let rested = 0;
  const result = (violation: Violation | null): Exploration => ({
    model: model.name,
    depth,
    states: seen.size,
    transitions,
    rested,
    complete: level.length === 0,
    violation,
    seconds: (performance.now() - begun) / 1_000,
  });
  const atStart = model.broken(start);
  if (atStart !== null) return result({ says: atStart, path: [] });
  for (let round = 1; round <= depth && level.length > 0; round += 1) {
    const next: Node[] = [];
    for (const node of level) {
      for (const action of node.enabled) {
        const world = reach(model, node);
        model.act(world, action);
        transitions += 1;
        const key = digest(model.key(world));
        const found: Node = { parent: node, action, enabled: model.enabled(world) };
        const says = model.broken(world);
        if (says !== null) return result({ says, path: [...pathOf(node), action] });
        if (seen.has(key)) continue;
        seen.add(key);
        if (round < depth && found.enabled.length > 0) {
          next.push(found);
          continue;
        }
        if (round === depth) next.push(found);
        rested += 1;
        // Judging may have tried something out on this one.
        const unrest = model.rest(reach(model, found));
        if (unrest !== null) return result({ says: unrest, path: [...pathOf(found), '(rest)'] });
      }
    }
    level = next;
  }
  return result(null);
}

/** The world a path leads to. */
export function play<World>(model: Model<World>, path: readonly string[]): World {
  const world = model.start();
  for (const action of path) {
    if (action === '(rest)') model.rest(world);
    else model.act(world, action);
  }
  return world;
}

function reach<World>(model: Model<World>, node: Node): World {
  return play(model, pathOf(node));
}

function pathOf(node: Node): string[] {
  const path: string[] = [];
  for (let at: Node | null = node; at?.parent != null; at = at.parent) path.push(at.action);
  return path.toReversed();
}

/** A hundred and twenty bits of it: no two states of a run are taken for one by chance. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64').slice(0, 20);
}
