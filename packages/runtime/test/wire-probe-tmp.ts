import { readFileSync } from 'node:fs';
import { openWireBench } from './wire-bench.ts';
import { readStory } from './wire-ledger.ts';
const bench = await openWireBench('probe');
for (let i = 0; i < 8; i += 1) {
  const life = await bench.live({ end: 'survivor', nth: 1, turn: i });
  const last = life.said.at(-1) as { stillWorking?: string[] };
  console.log(JSON.stringify(last), life.errors, Math.round(life.activeAfterMs ?? -1), Math.round(life.lifeMs));
  for (const label of last?.stillWorking ?? []) {
    console.log(await bench.venue.openOrders());
    console.log(readFileSync(bench.run + '/wire.jsonl', 'utf8').split('\n').filter((l) => l.includes(label)).join('\n'));
    console.log(readFileSync(bench.run + '/decisions.jsonl', 'utf8').split('\n').filter((l) => l.includes(label) || l.includes('reconciled')).slice(-6).join('\n'));
  }
}
await bench.close();
