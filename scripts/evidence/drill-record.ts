/** What a drill found, measured; its pages are written from this and from nothing else. */

/** One thing that happened, in the order it happened. */
export interface DrillEvent {
  /** Wall clock, epoch ms. */
  readonly at: number;
  readonly phase: DrillPhase;
  readonly event: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export type DrillPhase =
  | 'pre_drill'
  | 'trigger'
  | 'operator_command'
  | 'kill_engaged'
  | 'post_kill_checks'
  | 'reduce_only'
  | 'kill_restored'
  | 'reconcile'
  | 'completion';

export interface DrillRecord {
  readonly env: 'DEV';
  /** Which try this was; the ones before did not reach a position to stop. */
  readonly attempt: number;
  readonly operator: string;
  readonly scenario: string;
  readonly started: number;
  readonly ended: number;
  readonly build_id: string;
  readonly node: string;
  readonly events: readonly DrillEvent[];
  readonly found: DrillFindings;
}

export interface DrillFindings {
  /** From the operator's command being given to the engine being in Kill. Milliseconds. */
  readonly kill_time_ms: number;
  /** The same to the moment the command line had answered. */
  readonly kill_answered_ms: number;
  /** How long was looked for an order that opens risk after the kill. Milliseconds. */
  readonly observed_ms: number;
  readonly opens_before_kill: number;
  /** Orders that can add risk and left after the kill. Must be 0. */
  readonly orders_escaped: number;
  /** Proposals to open that were refused after the kill; a strategy that sees Kill makes none. */
  readonly opens_refused_after_kill: number;
  /** The same in the scenarios, where somebody proposes regardless. Must not be 0. */
  readonly opens_refused_in_scenarios: number;
  /** The break-glass scenarios on a clock that is wound passed, each of them. */
  readonly scenarios_passed: boolean;
  readonly pending_after_kill: number;
  readonly in_flight_after_kill: number;
  readonly positions_before_reduction: number;
  readonly reductions_sent: number;
  readonly positions_after_reduction: number;
  readonly mode_after_restart: string;
  readonly mode_restored: string;
  readonly positions_equal_venue: boolean;
  readonly orders_left_open: number;
  readonly ledger_verified: boolean;
  readonly duplicate_dispatch_count: number;
  readonly illegal_order_attempts: number;
}

/** Everything that must hold; a sentence for each that does not. */
export function drillFaults(found: DrillFindings): readonly string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [found.opens_before_kill > 0, 'nothing was opened before the kill, so nothing was stopped'],
    [
      found.orders_escaped === 0,
      `${found.orders_escaped} orders that open risk left after the kill`,
    ],
    [found.opens_refused_in_scenarios > 0, 'no scenario shows an open refused after the kill'],
    [found.scenarios_passed, 'a break-glass scenario failed'],
    [
      found.pending_after_kill === 0,
      `${found.pending_after_kill} orders were pending after the kill`,
    ],
    [found.in_flight_after_kill === 0, `${found.in_flight_after_kill} orders were in flight`],
    [found.positions_before_reduction > 0, 'there was no exposure to reduce'],
    [found.reductions_sent > 0, 'no order reduced risk'],
    [
      found.positions_after_reduction === 0,
      `${found.positions_after_reduction} positions were left`,
    ],
    [found.mode_after_restart !== 'ACTIVE', 'a restart lifted the stop'],
    [found.mode_restored === 'KILL', `the mode at the end was ${found.mode_restored}`],
    [found.positions_equal_venue, 'positions and venue disagree'],
    [found.orders_left_open === 0, `${found.orders_left_open} orders were left at the venue`],
    [found.ledger_verified, 'the ledger does not verify'],
    [found.duplicate_dispatch_count === 0, `${found.duplicate_dispatch_count} orders went twice`],
    [found.illegal_order_attempts === 0, `${found.illegal_order_attempts} illegal orders`],
  ];
  return rules.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}
