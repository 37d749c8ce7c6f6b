import { CONTRACT_VERSION } from '@holdfast/core/guard';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ask, findRun } from './beside.ts';
import { complain, type ExitCode, type Io, tell, tellJson, type Trouble } from './io.ts';
import { ownChecks } from './own-checks.ts';
import { utc } from './status.ts';

export interface HealthOptions {
  readonly run?: string;
  readonly json: boolean;
}

const Body = Compile(
  Type.Object({
    ok: Type.Literal(true),
    build_id: Type.String(),
    contract_version: Type.String(),
  }),
);

/**
 * `holdfast health` (phases section 1.8): configuration, build, contract and a running engine. 0
 * when all is well, 1 when one of them is not.
 */
export async function health(
  options: HealthOptions,
  io: Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>,
): Promise<ExitCode> {
  const own = ownChecks(io);
  const errors: Trouble[] = [...own.errors];
  let buildId = own.buildId;
  let contractVersion: string = CONTRACT_VERSION;
  const found = findRun(options.run, io);
  if (!found.ok) errors.push(found.trouble);
  else {
    const answer = await ask(found.beside, { kind: 'health' });
    const place = found.beside.folder.path;
    if (!answer.ok) errors.push(answer.trouble);
    else if (!Body.Check(answer.body)) {
      errors.push({ place, rule: 'malformed', detail: 'no health this build knows' });
    } else {
      buildId = answer.body.build_id;
      contractVersion = answer.body.contract_version;
    }
  }
  const ok = errors.length === 0;
  const document = {
    ok,
    build_id: buildId,
    contract_version: contractVersion,
    timestamp_utc: utc(io.now()),
    ...(ok
      ? {}
      : { errors: errors.map(({ place, rule, detail }) => `${place} ${rule} ${detail}`) }),
  };
  if (options.json) tellJson(io, document);
  else {
    tell(io, `ok: ${document.ok}`);
    tell(io, `build_id: ${document.build_id ?? 'unknown'}`);
    tell(io, `contract_version: ${document.contract_version}`);
    tell(io, `timestamp_utc: ${document.timestamp_utc}`);
    for (const error of errors) complain(io, error);
  }
  return ok ? 0 : 1;
}
