import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type RunFolder, runFolderAt } from '../run/folder.ts';
import { collectStory } from './story.ts';
import { tellStory } from './tell.ts';

const GROUP = '3c0802f1-6a9f-41a9-b84f-2264966ba6bb';
const LABEL = 's4:a1b2c3d4:3c0802f16a9f:0:00000000000000aa';
const base = mkdtempSync(join(tmpdir(), 'holdfast-story-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder: RunFolder;
let runs = 0;
beforeEach(() => {
  runs += 1;
  folder = runFolderAt(mkdtempSync(join(base, `${runs}-`)));
});

function decisions(...said: readonly object[]): void {
  const lines = said.map((decision, index) =>
    JSON.stringify({ run_id: 'run', sequence: index + 1, at: 1_000 + index, decision }),
  );
  writeFileSync(folder.decisions, `${lines.join('\n')}\n`);
}

function wire(...messages: readonly object[]): void {
  writeFileSync(folder.wire, messages.map((each) => `${JSON.stringify(each)}\n`).join(''));
}

const REFUSED = {
  at: 1_000,
  kind: 'intentRejected',
  intentId: `${GROUP}:0`,
  groupId: GROUP,
  strategyId: 'cheap-option',
  intentClass: 'OPEN',
  instrument: 'BTC-27NOV26-62000-P',
  reject: { code: 'NetEdgeTooLow', operands: { netEdgeUsd: 1, minEdgeUsd: 2 } },
  gateTrace: ['mode'],
  context: { mode: 'Active', modeReasons: [], bestBidE8: 280_000, bestAskE8: null },
  answers: [
    { gate: 'mode', passed: true, numbers: {} },
    { gate: 'net-edge', passed: false, numbers: { netEdgeUsd: 1, minEdgeUsd: 2 } },
  ],
};

it('a refused intent is told with what was known and every gate’s numbers', async () => {
  decisions({ kind: 'fault', fault: 'x', subject: null, at: 1 }, REFUSED);
  wire();
  const story = await collectStory(folder, `${GROUP}:0`);
  expect(story.decisions.map(({ sequence }) => sequence)).toEqual([2]);
  const text = tellStory(story).join('\n');
  for (const part of [
    'refused: NetEdgeTooLow: net edge 1 USD below 2 USD',
    'bestBidE8        0.0028',
    'bestAskE8        unknown',
    'modeReasons      none',
    'passed  mode',
    'REFUSED net-edge: netEdgeUsd 1, minEdgeUsd 2',
  ]) {
    expect(text).toContain(part);
  }
});

it('a label finds its decision, and its messages find their answers', async () => {
  decisions({ at: 1, kind: 'intentDuplicate', intentId: `${GROUP}:0`, label: LABEL });
  const message = {
    run_id: 'run',
    at: 5,
    direction: 'out',
    method: 'private/buy',
    text: 'the buy',
  };
  wire(
    { ...message, label: LABEL, id: 7 },
    { ...message, label: 's4:other', id: 8 },
    { ...message, direction: 'in', label: null, id: 7, text: 'its answer' },
    { ...message, run_id: 'another', direction: 'in', label: null, id: 7, text: 'not ours' },
  );
  const story = await collectStory(folder, GROUP);
  expect(story.labels).toEqual([LABEL]);
  expect(story.wire.map(({ text }) => text)).toEqual(['the buy', 'its answer']);
  expect((await collectStory(folder, LABEL)).intentIds).toEqual([`${GROUP}:0`]);
});

it('a story with holes says so, and one of nothing says that', async () => {
  writeFileSync(folder.decisions, '{"run_id":"run","sequence":1,"gap":3}\n');
  writeFileSync(folder.wire, '{"run_id":"run","gap":2}\n');
  const text = tellStory(await collectStory(folder, GROUP)).join('\n');
  expect(text).toContain('Nothing is known of it in this run.');
  expect(text).toContain('there is no ledger in this folder');
  expect(text).toContain('3 decisions from 1 of run run are lost, and said so');
  expect(text).toContain('2 wire messages of run run were lost');
});
