import { run } from '../../core/bench/step.bench.ts';
for (const r of await run()) console.log(r.name, r.value);
