import type { Policy } from '@holdfast/core';
import type { Strategy } from '@holdfast/core/strategy';
import type { Currency } from '@holdfast/core/values';
import type { RpcTransport } from '@holdfast/runtime/ports';
import type { Exchange } from './exchange/index.ts';
import type { AccountModel } from './faults/account.ts';
import type { ClockModel } from './faults/clock.ts';
import type { DiskModel } from './faults/disk.ts';
import type { DocumentsModel } from './faults/documents.ts';
import type { CrashModel } from './faults/doom.ts';
import type { GaugeModel } from './faults/gauge.ts';
import type { OperatorModel } from './faults/operator.ts';
import type { PlatformModel } from './faults/platform.ts';
import type { VenueModel } from './faults/venue.ts';
import type { WatchdogModel } from './faults/watchdog.ts';
import type { MarketConditions } from './fuzz/market-conditions.ts';
import type { MarketMood } from './fuzz/market-maker.ts';
import type { MeddlerModel } from './fuzz/meddler.ts';
import type { MonitorsModel } from './fuzz/monitors.ts';
import type { RulesModel } from './fuzz/rules.ts';
import type { NetworkModel } from './wire/network-model.ts';
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Everything one world is made of; the same options make the same world. */
export interface WorldOptions {
  readonly seed: string;
  readonly policy: Policy;
  readonly rules: RulesModel;
  readonly monitors: MonitorsModel;
  readonly market: MarketMood;
  readonly conditions: MarketConditions;
  readonly network: NetworkModel;
  readonly disk: DiskModel;
  readonly gauge: GaugeModel;
  readonly documents: DocumentsModel;
  readonly watchdog: WatchdogModel;
  readonly operator: OperatorModel;
  readonly meddler: MeddlerModel;
  readonly venue: VenueModel;
  readonly platform: PlatformModel;
  readonly account: AccountModel;
  readonly clock: ClockModel;
  /** Chance in each half second that one working order is cancelled. */
  readonly cancels: number;
  readonly crash: CrashModel;
  readonly restartMsMax: number;
  readonly settleMs: number;
  readonly queueCapacity: number;
  readonly commitDeadlineMs: number;
  /** How often strategies are asked. */
  readonly consultMs: number;
  /** `think`: the strategy is at work for so many ms before it answers. */
  readonly strategies: (prng: Prng, think: (ms: number) => void) => readonly Strategy<unknown>[];
  /** A market of `start` in place of the made-up one, and what the account brings there. */
  readonly staged?: Staged;
  /** Every process leaves a tape of its turns. */
  readonly taped?: boolean;
  /** A trader that is broken on purpose, to prove that the checkers see it. */
  readonly tamper?: (transport: RpcTransport) => RpcTransport;
}

/** Any market that can be brought to an exchange by a wound clock; `startAt` as a market has it. */
export interface StagedMarket {
  readonly startAt: number | null;
  drive(stage: { readonly clock: VirtualClock; readonly exchange: Exchange }): {
    start(): void;
  };
}

export interface Staged {
  readonly market: StagedMarket;
  readonly deposits: ReadonlyMap<Currency, number>;
}

/**
 * Why a world cannot go on: an invariant seen from outside, or one the process itself saw broken.
 */
export interface Finding {
  readonly checker: string;
  readonly detail: string;
  /** Virtual ms since the world began. */
  readonly atMs: number;
}

export interface WorldPlacement {
  /** Virtual ms since the world began. */
  readonly atMs: number;
  readonly label: string;
  readonly reduceOnly: boolean;
}

export interface WorldCounts {
  crashes: number;
  boots: number;
  placements: number;
}
