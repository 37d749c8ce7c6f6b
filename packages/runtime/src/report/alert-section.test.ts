import { expect, it } from 'vitest';
import { alertSection } from './alert-section.ts';

const RAISED = {
  name: '429_count_5m',
  condition: 'above 0',
  state: 'raised',
  worst: 5,
  from: 3_000,
  until: 63_000,
} as const;

it('says which alerts rose, when and how far', () => {
  const lost = { ...RAISED, name: 'disk_used_pct', worst: null, until: null } as const;
  const unknown = { ...lost, condition: 'at 0.8', state: 'unknown' } as const;
  const lines = alertSection({ began_at: 1_000, alerts: [RAISED, unknown], alerts_not_linked: [] });
  expect(lines.slice(2, -1)).toStrictEqual([
    '- 429_count_5m raised, 2.0 s to 62.0 s (above 0, at most 5)',
    '- disk_used_pct unknown, 2.0 s to the end (at 0.8)',
  ]);
});

it('never calls one quiet that nobody watches', () => {
  const lines = alertSection({ began_at: 0, alerts: [], alerts_not_linked: ['a', 'b'] });
  expect(lines.slice(2, -1)).toStrictEqual([
    '- none of those that are linked rose',
    '- not linked in this build: a, b',
  ]);
});
