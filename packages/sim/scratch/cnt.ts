import { createPrng } from '/work/main/packages/sim/src/prng.ts';
import { World } from '/work/main/packages/sim/src/world.ts';
import { weatherOf } from '/work/main/packages/sim/src/fuzz/models.ts';
import { randomWorkload } from '/work/main/packages/sim/src/fuzz/workload.ts';
import { loadConfiguration } from '/work/main/packages/runtime/src/config/index.ts';
const l = loadConfiguration({policyPath:'/work/main/config/policy.json', runtimePath:'/work/main/config/runtime/dev.json', env: {}});
if(!l.ok) throw 1;
const c=new Map<string,number>(); const ex=new Map<string,string>();
for (let seed=1;seed<100;seed++){
const w = weatherOf(createPrng(seed).fork('weather'));
const world = new World({...w, market:'moving', seed:String(seed), policy:w.workload.resting>0?{...l.value.policy,executionStyle:'Any'}:l.value.policy, strategies:(p)=>[randomWorkload(p,w.workload)]});
await world.run(w.durationMs); await world.heal(12000, w.healsByRestart);
for (const d of world.decisions){ const k=d.kind+(d.kind==='intentRejected'?' '+d.reject.code:''); c.set(k,(c.get(k)??0)+1); if(d.kind==='intentRejected') ex.set(k,JSON.stringify(d.reject.operands)); }
}
console.log([...c].sort((a,b)=>b[1]-a[1]).map(x=>x.join(' ')+' '+(ex.get(x[0])??'')).join('\n'));
