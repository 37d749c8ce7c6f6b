/**
 * What makes an entry of the diary recognisable: its id, the hashes of its features, its signature
 * (section 1.7). All are SHA-256 over canonical JSON; origin's signatures, made over another
 * spelling of numbers, are opaque here.
 */
import { digestOf } from '@holdfast/runtime/proof';
import { spellMoment } from './moment.ts';

/** Nothing signed as one kind is valid as another. */
type Kind = 'decision_diary_entry' | 'regime_feature' | 'regime_feature_set';

function seal(kind: Kind, payload: unknown): string {
  return digestOf({ kind, payload });
}

/** Of the entry without its signature. */
export function signatureOf(entry: Readonly<Record<string, unknown>>): string {
  const { signature: _, ...payload } = entry;
  return seal('decision_diary_entry', payload);
}

/** What a decision saw, hash by hash and as a whole. */
export interface FeatureSeal {
  readonly feature_hashes: Readonly<Record<string, string>>;
  readonly features_signature: string;
}

export function sealFeatures(features: Readonly<Record<string, unknown>>): FeatureSeal {
  const named = Object.entries(features).map(
    ([feature, value]) => [feature, seal('regime_feature', { feature, value }), value] as const,
  );
  const set = Object.fromEntries(named.map(([name, hash, value]) => [name, { hash, value }]));
  return {
    feature_hashes: Object.fromEntries(named.map(([name, hash]) => [name, hash])),
    features_signature: seal('regime_feature_set', { features: set }),
  };
}

/**
 * `dd-<YYYYMMDDTHHMMSSZ>-<16 hex>`: 64 bits of what was decided, so that a replay makes the same
 * id. They are the first of its SHA-256: node has BLAKE2b of 512 bits alone, and a part of that is
 * not BLAKE2b of 64 bits either.
 */
export function fingerprintId(recordedAt: number, fingerprint: unknown): string {
  return `dd-${stampOf(recordedAt)}-${digestOf(fingerprint).slice(0, 16)}`;
}

/** `dd-<YYYYMMDDTHHMMSSZ>-<8 hex>`, for what is never replayed. */
export function randomId(recordedAt: number, uuid: string): string {
  return `dd-${stampOf(recordedAt)}-${uuid.replaceAll('-', '').slice(0, 8).toLowerCase()}`;
}

function stampOf(at: number): string {
  return `${spellMoment(at).slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
