import { type InstrumentName, instrumentName } from '@holdfast/core/values';
import { INSTRUMENT_STATE_DATA, PLATFORM_DATA } from './channel-data.ts';
import { STATUS } from './results.ts';
import { createReader, type WireFault } from './wire-fault.ts';

export interface PlatformState {
  /** Trading is locked; `indexName` says where, null is everywhere. */
  readonly locked: boolean;
  readonly indexName: string | null;
}

/**
 * `data` of `platform_state`: a lock of one price index, or maintenance of the whole platform. One
 * that says neither is a fault, not an all-clear.
 */
export const parsePlatformState = createReader(
  'platform_state',
  PLATFORM_DATA,
  (data, faultAt): PlatformState | WireFault => {
    const { locked, maintenance } = data;
    if (locked === undefined && maintenance === undefined) return faultAt('', 'contradiction');
    return {
      locked: locked === true || maintenance === true,
      indexName: data.price_index ?? null,
    };
  },
);

export interface InstrumentState {
  readonly instrument: InstrumentName;
  readonly state: string;
  readonly timestamp: number;
}

/** `data` of `instrument.state.{kind}.{currency}`: the listing changed, read it again. */
export const parseInstrumentState = createReader(
  'instrument_state',
  INSTRUMENT_STATE_DATA,
  (data): InstrumentState => ({
    instrument: instrumentName(data.instrument_name),
    state: data.state,
    timestamp: data.timestamp,
  }),
);

/** The result of `public/status`; locked in part is locked (contract-1 section 41). */
export const parseStatus = createReader('status', STATUS, (data) => ({
  locked: data.locked !== 'false' && data.locked !== false,
}));
