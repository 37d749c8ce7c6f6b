/** Where the configuration of the promotion guard stands, and the reading of it. */
import { join, resolve } from 'node:path';
import { readBounded } from '@holdfast/runtime/proof';
import { readYaml } from '../../operations/strict-yaml.ts';
import {
  CONFIG_PATH,
  CONFIG_VARIABLE,
  type ConfigFault,
  type ConfigSource,
  expand,
  type GuardConfigRead,
  resolveGuardConfig,
  type Variables,
} from './config.ts';

const FILE_BYTES_MAX = 1 << 18;

/** @param root the folder that relative paths begin at. */
export function loadGuardConfig(variables: Variables, root: string, home: string): GuardConfigRead {
  return resolveGuardConfig(readSource(variables, root, home), variables, home);
}

function readSource(variables: Variables, root: string, home: string): ConfigSource {
  const named = variables[CONFIG_VARIABLE];
  // Set to nothing: its own fault is told, and which file was meant nobody knows.
  if (named !== undefined && named.trim() === '') return { kind: 'none' };
  const path = named === undefined ? join(root, CONFIG_PATH) : resolve(root, expand(named, home));
  const read = readBounded(path, FILE_BYTES_MAX);
  if (!read.ok) {
    if (read.fault !== 'missing') return fault('config_malformed', read.detail);
    return named === undefined ? { kind: 'none' } : fault('config_missing', read.detail);
  }
  const text = decode(read.bytes);
  if (text === null) return fault('config_malformed', `${path} is not UTF-8`);
  const yaml = readYaml(text);
  if (!yaml.ok) {
    const faults = yaml.faults.map(({ message, place }): ConfigFault => {
      const where = `${path} line ${place.line}, column ${place.column}`;
      return { code: 'config_malformed', detail: `${where}: ${message}` };
    });
    return { kind: 'fault', faults };
  }
  const [inexact] = yaml.inexact;
  if (inexact !== undefined) {
    return fault('config_malformed', `${inexact[0]} ${inexact[1]} cannot be kept exactly`);
  }
  return { kind: 'document', value: yaml.value };
}

function fault(code: ConfigFault['code'], detail: string): ConfigSource {
  return { kind: 'fault', faults: [{ code, detail }] };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
