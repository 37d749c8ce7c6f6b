import type { CrashModel } from '../faults/doom.ts';
import type { Prng } from '../prng.ts';
import { QUIET } from './quiet.ts';

type Quiet = typeof QUIET;

/**
 * The weather of one world. Every number is in a finding, so that a person can shrink it by hand
 * too.
 */
export interface Weather extends Quiet {
  readonly crash: CrashModel;
  readonly restartMsMax: number;
  readonly settleMs: number;
  readonly queueCapacity: number;
  /** How often strategies are asked. */
  readonly consultMs: number;
  readonly commitDeadlineMs: number;
  /** Chance in each half second that one working order is cancelled. */
  readonly cancels: number;
  readonly durationMs: number;
  /** The end begins with a fresh process; otherwise the last one must find its own way out. */
  readonly healsByRestart: boolean;
}

type Draw<Model> = (prng: Prng) => Model;

/**
 * Swarm configuration: each world leaves out most kinds of trouble altogether, because a world with
 * all of them at once never gets far enough to reach the rare ones. A kind that stops trading for
 * good while it lasts is in fewer worlds than one that only disturbs it.
 */
export function weatherOf(prng: Prng): Weather {
  const weather = swarmOf(prng);
  if (prng.fork('pressed').chance(0.04)) return withoutLosses(pressed(weather));
  return prng.fork('losses').chance(0.08)
    ? losing(prng.fork('losing'), weather)
    : withoutLosses(weather);
}

/**
 * Any leap of the indexes is a loss to an account that holds coins: only where the week ends in
 * sight, and somebody may reset it, is a loss what the launch policy says it is.
 */
function withoutLosses(weather: Weather): Weather {
  return { ...weather, rules: { ...weather.rules, losses: 0 } };
}

/** Prices fall and rise by more than a day may lose, shortly before the week is over. */
function losing(prng: Prng, weather: Weather): Weather {
  // What is lost in a new week could not be reset before that week is over as well.
  const beforeWeekEndMs = weather.durationMs + prng.int(0, 5_000);
  const leaps = { jump: 0.1 + 0.2 * prng.float(), jumpMax: prng.pick([0.01, 0.03, 0.15]) };
  return {
    ...weather,
    rules: { ...weather.rules, losses: 1 },
    conditions: { ...weather.conditions, ...leaps, beforeExpiryMs: 0, beforeWeekEndMs },
    operator: { ...weather.operator, resets: prng.pick([0, 0.2]) },
  };
}

/** Orders as fast as they may come, before a disk just too slow for so small a queue. */
function pressed(weather: Weather): Weather {
  return {
    ...weather,
    rules: { ...weather.rules, unpaced: 1 },
    workload: { ...weather.workload, eagerness: 1 },
    disk: { ...weather.disk, stall: 0.1, stallMs: 240 },
    queueCapacity: 8,
    commitDeadlineMs: 250,
    consultMs: 50,
  };
}

function swarmOf(prng: Prng): Weather {
  const sometimes = <Model>(name: string, share: number, draw: Draw<Model>, quiet: Model): Model =>
    prng.chance(share) ? draw(prng.fork(name)) : quiet;
  const fate = crashFate(prng.fork('crash-fate'));
  const resting = prng.chance(0.3) ? prng.float() : 0;
  const heedless = prng.fork('heedless').chance(0.6) ? 1 : 0;
  return {
    network: sometimes('network', 0.4, badNetwork, QUIET.network),
    disk: sometimes('disk', 0.35, (own) => ({ ...badDisk(own), ...fate }), {
      ...QUIET.disk,
      ...fate,
    }),
    gauge: sometimes('gauge', 0.08, badGauge, QUIET.gauge),
    documents: sometimes('documents', 0.08, badDocuments, QUIET.documents),
    watchdog: sometimes('watchdog', 0.08, badWatchdog, QUIET.watchdog),
    operator: sometimes('operator', 0.08, operator, QUIET.operator),
    meddler: sometimes('meddler', 0.15, meddler, QUIET.meddler),
    monitors: monitors(prng.fork('monitors')),
    rules: { ...sometimes('rules', 0.2, rules, QUIET.rules), heedless },
    venue: sometimes('venue', 0.35, badVenue, QUIET.venue),
    platform: sometimes('platform', 0.12, badPlatform, QUIET.platform),
    account: sometimes('account', 0.15, badAccount, QUIET.account),
    conditions: sometimes('conditions', 0.35, conditions, QUIET.conditions),
    clock: sometimes('clock', 0.25, badClock, QUIET.clock),
    workload: workload(prng.fork('workload'), resting),
    cancels: resting > 0 ? prng.float() : 0,
    crash: sometimes('crashes', 0.45, crashes, {}),
    restartMsMax: prng.int(1, 3_000),
    // Longer than any message can still be on its way.
    settleMs: prng.pick([0, 250, 1_000]),
    queueCapacity: prng.pick([8, 16, 64, 1_024]),
    commitDeadlineMs: prng.pick([50, 250]),
    consultMs: prng.pick([250, 250, 50]),
    // What is read once a minute grows old in a long world only.
    durationMs: (prng.chance(0.03) ? prng.int(60, 120) : prng.int(6, 30)) * 1_000,
    healsByRestart: prng.chance(0.5),
  };
}

/** A share up to `most`, or with even chance nothing. */
function maybe(prng: Prng, most: number): number {
  return prng.chance(0.5) ? most * prng.float() : 0;
}

function workload(prng: Prng, resting: number): Quiet['workload'] {
  return {
    eagerness: prng.pick([0.2, 0.6, 1]),
    pairs: prng.pick([0, 0.3, 0.7]),
    resting,
    throws: prng.chance(0.08) ? 0.02 : 0,
    flood: prng.chance(0.15) ? 0.3 * prng.float() : 0,
    oddity: prng.chance(0.4) ? 0.3 * prng.float() : 0,
    slow: prng.chance(0.08) ? 0.1 * prng.float() : 0,
    slowMsMax: prng.int(20, 1_500),
    babble: prng.chance(0.03) ? 0.02 : 0,
    smiles: prng.chance(0.15) ? prng.float() : 0,
    madSmileMs: prng.chance(0.3) ? prng.int(1, 20) * 1_000 : 0,
  };
}

function badVenue(prng: Prng): Quiet['venue'] {
  return {
    refusal: maybe(prng, 0.2),
    doubt: maybe(prng, 0.2),
    doubtPlaced: prng.float(),
    tooMany: prng.chance(0.1) ? 0.6 * prng.float() : maybe(prng, 0.1),
    late: prng.chance(0.3) ? prng.float() : 0,
    lateMsMax: prng.int(10, 8_000),
    strangers: prng.chance(0.3) ? 1 : 0,
    credits: prng.chance(0.3) ? 1 : 0,
    cancelOnDisconnect: prng.pick([0, 0.7, 1]),
  };
}

function badPlatform(prng: Prng): Quiet['platform'] {
  const lives = prng.chance(0.4);
  return {
    tokenLifetimeMs: lives ? prng.int(2, 30) * 1_000 : QUIET.platform.tokenLifetimeMs,
    tokenEnd: maybe(prng, 0.1),
    revocation: prng.chance(0.2) ? 0.05 : 0,
    revocationMsMax: prng.int(100, 20_000),
    lock: prng.chance(0.3) ? 0.1 * prng.float() : 0,
    lockMsMax: prng.int(100, 10_000),
    maintenance: prng.chance(0.2) ? 0.1 : 0,
  };
}

function badAccount(prng: Prng): Quiet['account'] {
  return {
    strain: maybe(prng, 0.3),
    strainMsMax: prng.int(1_000, 25_000),
    unread: maybe(prng, 1),
    limitless: maybe(prng, 1),
    narrow: prng.chance(0.4) ? 1 : 0,
  };
}

function badGauge(prng: Prng): Quiet['gauge'] {
  return { high: prng.float(), disagreement: maybe(prng, 0.5), missing: maybe(prng, 0.5) };
}

function badDocuments(prng: Prng): Quiet['documents'] {
  return {
    certificate: maybe(prng, 0.2),
    certificateMsMax: prng.int(100, 10_000),
    policyGone: maybe(prng, 0.2),
    policyChanged: maybe(prng, 0.1),
    policyMsMax: prng.int(1_000, 30_000),
    operation: maybe(prng, 0.1),
    operationMsMax: prng.int(100, 10_000),
  };
}

function badWatchdog(prng: Prng): Quiet['watchdog'] {
  return { silence: 0.2 * prng.float(), silenceMsMax: prng.int(5_000, 30_000) };
}

function operator(prng: Prng): Quiet['operator'] {
  return {
    kill: maybe(prng, 0.1),
    reduceOnly: maybe(prng, 0.1),
    release: maybe(prng, 0.3),
    resets: 0,
    watchdog: maybe(prng, 0.1),
  };
}

function meddler(prng: Prng): Quiet['meddler'] {
  return { repeats: prng.float(), impostors: prng.float() };
}

function rules(prng: Prng): Quiet['rules'] {
  const lacks = (): number => (prng.chance(0.1) ? 1 : 0);
  return {
    patience: prng.chance(0.5) ? prng.pick([0.01, 0.02, 0.05]) : 1,
    losses: 1,
    room: prng.chance(0.7) ? prng.pick([0.02, 0.1, 0.5]) : 1,
    unpaced: prng.chance(0.3) ? 1 : 0,
    withoutMinEdge: lacks(),
    withoutDeltaLimit: lacks(),
    withoutLeverage: lacks(),
    withoutExpiryBuffer: lacks(),
    withoutPortfolioDelta: lacks(),
    heedless: 0,
  };
}

/**
 * As strict as the launch policy in a few worlds; in the others a fault does not end the trading of
 * a world that lasts half a minute.
 */
function monitors(prng: Prng): Quiet['monitors'] {
  return {
    cooldowns: prng.chance(0.1) ? 1 : prng.pick([0.01, 0.02, 0.05]),
    tolerance: prng.chance(0.75) ? 1 : 0,
  };
}

function conditions(prng: Prng): Quiet['conditions'] {
  return {
    silence: prng.chance(0.3) ? 0.1 : 0,
    silenceMsMax: prng.chance(0.5) ? 60_000 : prng.int(1_000, 25_000),
    indexSilence: prng.chance(0.3) ? 0.1 : 0,
    indexSilenceMsMax: prng.int(1_000, 20_000),
    withdrawal: maybe(prng, 0.2),
    jump: maybe(prng, 0.3),
    jumpMax: 0.5 * prng.float(),
    oneSided: maybe(prng, 0.3),
    trades: maybe(prng, 1),
    listing: maybe(prng, 0.2),
    delisting: maybe(prng, 0.05),
    beforeExpiryMs: prng.chance(0.5) ? prng.int(1, 25) * 1_000 : 0,
    beforeWeekEndMs: 0,
    futures: prng.chance(0.4) ? 1 : 0,
    ...referenceConditions(prng.fork('references')),
  };
}

/** What the market monitors are there for. */
function referenceConditions(prng: Prng) {
  return {
    widening: prng.chance(0.3) ? 0.1 : 0,
    wideningMsMax: prng.int(1_000, 20_000),
    wideningMax: 0.03 * prng.float(),
    thinning: prng.chance(0.3) ? 0.1 : 0,
    thinningMsMax: prng.int(1_000, 20_000),
    thinningMin: 0.1 * prng.float(),
    parting: prng.chance(0.2) ? 0.1 : 0,
    partingMsMax: prng.int(1_000, 15_000),
    partingMax: 0.05 * prng.float(),
    fright: prng.chance(0.3) ? 0.1 : 0,
    frightMax: 0.5 * prng.float(),
    dvolSilence: prng.chance(0.1) ? 0.1 : 0,
    dvolSilenceMsMax: prng.int(1_000, 30_000),
  };
}

function badClock(prng: Prng): Quiet['clock'] {
  return {
    offsetMsMax: prng.chance(0.5) ? prng.int(1, 5_000) : 0,
    driftPpmMax: prng.chance(0.5) ? prng.int(1, 2_000) : 0,
    pause: maybe(prng, 0.2),
    pauseMsMax: prng.chance(0.1) ? 15_000 : prng.int(10, 3_000),
    suspension: maybe(prng, 0.05),
    suspensionMsMax: prng.int(10, 20_000),
    chrony: maybe(prng, 1),
    chronySilence: prng.chance(0.2) ? 0.5 * prng.float() : 0,
    chronyErrorMsMax: prng.chance(0.2) ? prng.int(1, 400) : 0,
  };
}

function badNetwork(prng: Prng): Quiet['network'] {
  return {
    delayMsMin: 1,
    delayMsMax: prng.int(1, 80),
    requestLoss: maybe(prng, 0.1),
    answerLoss: maybe(prng, 0.1),
    notificationLoss: prng.chance(0.1) ? prng.float() : maybe(prng, 0.05),
    notificationDouble: maybe(prng, 0.2),
    straggle: maybe(prng, 0.1),
    straggleMs: prng.int(10, 800),
    cut: maybe(prng, 0.2),
    cutMsMax: prng.int(10, 4_000),
    hold: maybe(prng, 0.1),
    holdMsMax: prng.int(10, 20_000),
    blackout: prng.chance(0.2) ? 0.1 * prng.float() : 0,
    blackoutMsMax: prng.int(1_000, 25_000),
    crawl: prng.chance(0.2) ? 0.1 * prng.float() : 0,
    crawlMsMax: prng.int(1_000, 20_000),
    crawlDelayMs: prng.int(100, 1_200),
    storm: prng.chance(0.15) ? 0.05 : 0,
    stormMsMax: prng.int(1_000, 10_000),
    refusal: maybe(prng, 0.3),
    silentDeath: maybe(prng, 0.5),
  };
}

function badDisk(prng: Prng): Quiet['disk'] {
  const rarely = (probability: number): number =>
    prng.chance(0.4) ? probability * prng.float() : 0;
  return {
    ...QUIET.disk,
    writeMsMin: prng.chance(0.2) ? 1 : 0,
    writeMsMax: prng.int(1, 20),
    stall: rarely(0.02),
    stallMs: prng.int(100, 2_000),
    failure: rarely(0.01),
    full: prng.chance(0.15) ? 0.05 : 0,
    fullMsMax: prng.int(100, 5_000),
  };
}

function crashFate(
  prng: Prng,
): Pick<Quiet['disk'], 'lostAtCrash' | 'tornAtCrash' | 'scrambledAtCrash'> {
  return {
    lostAtCrash: prng.float(),
    tornAtCrash: prng.float(),
    scrambledAtCrash: maybe(prng, 1),
  };
}

/**
 * A process may die at any port: before an event, an append, a submit, a cancel, a question, a
 * report.
 */
function crashes(prng: Prng): CrashModel {
  return {
    event: maybe(prng, 0.002),
    append: maybe(prng, 0.05),
    submit: maybe(prng, 0.1),
    cancel: maybe(prng, 0.2),
    fetch: maybe(prng, 0.01),
    report: maybe(prng, 0.02),
  };
}
