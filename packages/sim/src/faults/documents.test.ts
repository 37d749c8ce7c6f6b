import { certificateState } from '@holdfast/core/guard';
import { monoMs } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { testPolicy } from '../fuzz/policy.fixture.ts';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type DocumentsModel, GOOD_DOCUMENTS, PaperTray } from './documents.ts';

const IDENTITY = { buildId: 'b', runtimeConfigHash: 'c', contractVersion: '5.2' };
const DAY_S = 86_400;

function tray(model: Partial<DocumentsModel>) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 5));
  const papers = new PaperTray(clock, createPrng(1), testPolicy(), {
    ...GOOD_DOCUMENTS,
    ...model,
  });
  const documents = papers.readBy(IDENTITY, clock);
  const state = (): string =>
    certificateState(documents.certificate(), IDENTITY, monoMs(clock.now()), DAY_S);
  return { clock, papers, documents, state };
}

it('NON-TRIP: good documents are read as they are, whenever', () => {
  const { clock, papers, documents, state } = tray({});
  for (let look = 0; look < 50; look += 1) {
    papers.look();
    clock.runUntil(clock.now() + 1_000);
    expect([state(), papers.isOriginal(documents.policy()?.hash ?? null)]).toEqual(['PASS', true]);
  }
});

it('TRIP: everything a certificate can be but good', () => {
  const { clock, papers, state } = tray({ certificate: 1, certificateMsMax: 900 });
  const seen = new Set<string>();
  for (let look = 0; look < 200; look += 1) {
    papers.look();
    seen.add(state());
    clock.runUntil(clock.now() + 1_000);
  }
  expect([...seen].toSorted()).toEqual(['FAIL', 'INVALID', 'MISSING', 'STALE']);
  papers.putRight();
  expect(state()).toBe('PASS');
});

it('TRIP: the policy is gone, or another; put right, it is the first one', () => {
  const gone = tray({ policyGone: 1 });
  gone.papers.look();
  expect(gone.documents.policy()).toBeNull();
  const changed = tray({ policyChanged: 1 });
  changed.papers.look();
  const hash = changed.documents.policy()?.hash ?? null;
  expect([hash === null, changed.papers.isOriginal(hash)]).toEqual([false, false]);
  changed.papers.putRight();
  expect(changed.papers.isOriginal(changed.documents.policy()?.hash ?? null)).toBe(true);
});
