import { createPrng } from '../src/prng.ts';
import { World } from '../src/world.ts';
import { weatherOf } from '../src/fuzz/models.ts';
import { randomWorkload } from '../src/fuzz/workload.ts';
import { loadConfiguration } from '@holdfast/runtime/config';
import { scanLedger } from '@holdfast/runtime/ledger';
const l = loadConfiguration({
  policyPath: 'config/policy.json',
  runtimePath: 'config/runtime/dev.json',
  env: {},
});
if (!l.ok) throw 1;
const seed = Number(process.argv[2]);
const w = weatherOf(createPrng(seed).fork('weather'));
console.log(JSON.stringify(w));
const world = new World({
  ...w,
  seed: String(seed),
  policy: l.value.policy,
  strategies: (p) => [randomWorkload(p, w.eagerness)],
});
await world.run(w.durationMs);
await world.heal(12000);
console.log(world.finding?.checker, world.counts);
const s = scanLedger(world.disk);
let st = s.next();
const recs = [];
for (; !st.done; st = s.next())
  recs.push([st.value.sequence, st.value.record.type, st.value.offset]);
console.log(recs.slice(-8), st.value);
console.log('live records', world.state?.facts.records, world.disk.counts);
const f = world.disk.segments().at(-1)!;
const b = world.disk.read(f);
let last = 0;
for (let i = b.length - 1; i >= 0; i--)
  if (b[i]) {
    last = i;
    break;
  }
console.log('last nonzero', last, b.length, world.disk.segments());
for (const d of world.decisions.slice(-12)) console.log(JSON.stringify(d).slice(0, 300));
const dd = world.finding?.detail ?? '';
const a1 = dd.indexOf('live '),
  b1 = dd.indexOf('\nfold ');
if (a1 >= 0) {
  const x = dd.slice(a1 + 5, b1),
    y = dd.slice(b1 + 6);
  let i = 0;
  while (x[i] === y[i] && i < x.length) i++;
  console.log('LIVE', x.slice(Math.max(0, i - 200), i + 200));
  console.log('FOLD', y.slice(Math.max(0, i - 200), i + 200));
}
