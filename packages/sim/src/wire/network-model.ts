/**
 * The network model of one run: everything it may do to a connection and to the messages on it, as
 * probabilities and delays (ms).
 */
export interface NetworkModel {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** A request that never reaches the venue. */
  readonly requestLoss: number;
  /** An answer or a notification that never reaches us. */
  readonly answerLoss: number;
  readonly notificationLoss: number;
  /** Told twice, the second time later. */
  readonly notificationDouble: number;
  /** Takes this much longer than its delay and is overtaken by what comes after it. */
  readonly straggle: number;
  readonly straggleMs: number;
  /** Chance in each second that the connection is cut, and none can be made for a while. */
  readonly cut: number;
  readonly cutMsMax: number;
  /** Chance in each second that one direction is held up: what was said then comes all at once. */
  readonly hold: number;
  readonly holdMsMax: number;
  /** Chance in each second that nothing said in one direction arrives any more, for a while. */
  readonly blackout: number;
  readonly blackoutMsMax: number;
  /** Chance in each second that everything takes this much longer, for a while. */
  readonly crawl: number;
  readonly crawlMsMax: number;
  readonly crawlDelayMs: number;
  /** Chance in each second that no connection lasts longer than a second, for a while. */
  readonly storm: number;
  readonly stormMsMax: number;
  /** Of the attempts to connect, those answered 429. */
  readonly refusal: number;
  /** Of our deaths, those the venue does not see: it goes on until a heartbeat is missing. */
  readonly silentDeath: number;
}

export const PERFECT_NETWORK: NetworkModel = Object.freeze({
  delayMsMin: 0,
  delayMsMax: 0,
  requestLoss: 0,
  answerLoss: 0,
  notificationLoss: 0,
  notificationDouble: 0,
  straggle: 0,
  straggleMs: 0,
  cut: 0,
  cutMsMax: 1_000,
  hold: 0,
  holdMsMax: 1_000,
  blackout: 0,
  blackoutMsMax: 20_000,
  crawl: 0,
  crawlMsMax: 20_000,
  crawlDelayMs: 500,
  storm: 0,
  stormMsMax: 10_000,
  refusal: 0,
  silentDeath: 0,
});

export interface NetworkCounts {
  connections: number;
  refusals: number;
  cuts: number;
  holds: number;
  blackouts: number;
  storms: number;
  crawls: number;
  lostRequests: number;
  lostAnswers: number;
  lostNotifications: number;
  doubled: number;
  straggled: number;
}

/** What a frame is, which decides what may happen to it. */
export type FrameKind = 'request' | 'answer' | 'notification';

/** Told from how the protocol's own encoder begins them; a heartbeat counts as a notification. */
export function kindOfReply(frame: string): FrameKind {
  return frame.startsWith('{"jsonrpc":"2.0","method":') ? 'notification' : 'answer';
}
