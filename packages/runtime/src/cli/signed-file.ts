import { basename, resolve } from 'node:path';
import { ENVELOPE_SUFFIX } from '@holdfast/core/proof';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Handed } from '../control/attested.ts';
import type { ControlRequest } from '../control/client.ts';
import { readBounded } from '../proof/bounded-file.ts';
import { ask, findRun } from './beside.ts';
import { couldNotTell, type ExitCode, type Io, tell, tellJson, type Trouble } from './io.ts';

const DOCUMENT_LIMIT = 1_400;
const ENVELOPE_LIMIT = 4_400;

type Read =
  | { readonly ok: true; readonly handed: Handed }
  | { readonly ok: false; readonly trouble: Trouble };

/** A document and the signature beside it, as they go over the socket. */
export function readSignedFile(file: string, operator: string, io: Pick<Io, 'cwd'>): Read {
  const path = resolve(io.cwd, file);
  const document = readBounded(path, DOCUMENT_LIMIT);
  if (!document.ok) return refuse(path, document.fault, document.detail);
  const envelope = readBounded(`${path}${ENVELOPE_SUFFIX}`, ENVELOPE_LIMIT);
  if (!envelope.ok) return refuse(`${path}${ENVELOPE_SUFFIX}`, envelope.fault, envelope.detail);
  return {
    ok: true,
    handed: {
      name: basename(path),
      document: document.bytes.toString('base64'),
      envelope: envelope.bytes.toString('base64'),
      operator,
    },
  };
}

function refuse(place: string, rule: string, detail: string): Read {
  return { ok: false, trouble: { place, rule, detail } };
}

const Body = Compile(
  Type.Object({
    result: Type.Union([Type.Literal('ACCEPTED'), Type.Literal('REJECTED')]),
    cause: Type.Union([Type.String(), Type.Null()]),
    detail: Type.Union([Type.String(), Type.Null()]),
    trading_mode: Type.String(),
  }),
);

/** Hands it to the engine: 0 when it took it, 1 when it did not, 2 when nobody could be asked. */
export async function handOver(
  request: ControlRequest,
  { run, json }: { readonly run?: string; readonly json: boolean },
  io: Pick<Io, 'out' | 'err' | 'cwd' | 'root'>,
): Promise<ExitCode> {
  const found = findRun(run, io);
  if (!found.ok) return couldNotTell(io, json, found.trouble);
  const answer = await ask(found.beside, request);
  if (!answer.ok) return couldNotTell(io, json, answer.trouble);
  const { body } = answer;
  if (!Body.Check(body)) {
    const detail = 'no answer this build knows';
    return couldNotTell(io, json, { place: found.beside.folder.path, rule: 'malformed', detail });
  }
  if (json) tellJson(io, body);
  else {
    const why = [body.cause, body.detail].filter((part) => part !== null).join(': ');
    tell(io, `${body.result}: the mode is ${body.trading_mode}${why === '' ? '' : ` (${why})`}`);
  }
  return body.result === 'ACCEPTED' ? 0 : 1;
}
