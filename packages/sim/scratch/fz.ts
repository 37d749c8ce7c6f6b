import { runSeed } from '../src/fuzz/fuzz.ts';
import { loadConfiguration } from '@holdfast/runtime/config';
const l = loadConfiguration({
  policyPath: 'config/policy.json',
  runtimePath: 'config/runtime/dev.json',
  env: {},
});
if (!l.ok) throw new Error(JSON.stringify(l));
const from = Number(process.argv[2] ?? 1),
  n = Number(process.argv[3] ?? 20);
const t = performance.now();
const reached = new Map<string, number>();
let c = 0,
  p = 0;
const fc = new Map<string, number[]>();
for (let s = from; s < from + n; s++) {
  const r = await runSeed(s, l.value.policy);
  c += r.counts.crashes;
  p += r.counts.placements;
  for (const x of r.reached) reached.set(x, (reached.get(x) ?? 0) + 1);
  if (r.finding) {
    const k = r.finding.checker;
    if (!fc.has(k)) {
      fc.set(k, []);
      console.log('seed', s, r.finding.checker, r.finding.atMs, r.finding.detail.slice(0, 600));
    }
    fc.get(k)!.push(s);
  }
}
console.log(
  (performance.now() - t) / n,
  'ms/seed crashes',
  c,
  'placements',
  p,
  [...fc].map(([k, v]) => k + ':' + v.length + ' ' + v.slice(0, 5)),
);
console.log(
  [...reached]
    .sort()
    .map(([a, b]) => a + ' ' + b)
    .join('\n'),
);
