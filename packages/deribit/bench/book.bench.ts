/**
 * What a `book.*` message costs from the socket's bytes to the book it changes, beside JSON.parse
 * alone and the two libraries that do the same: ccxt.pro and tardis-dev, on the same bytes in the
 * same run. Every reader must end with the venue's own top of book, or there are no figures.
 */
import {
  type BookFrame,
  type BookReader,
  ccxtPro,
  holdfast,
  jsonParse,
  tardisDev,
} from './book-readers.fixture.ts';
import {
  type BookStream,
  makeStream,
  type Said,
  type StreamInstrument,
} from './book-stream.fixture.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  readonly pass: boolean;
}

interface Workload {
  readonly name: string;
  readonly stream: BookStream;
  /** Whether the snapshots are what is measured; the changes otherwise. */
  readonly snapshots: boolean;
  /** Most that our whole path may take of what JSON.parse alone takes. */
  readonly target: number;
}

const PERPETUALS: readonly StreamInstrument[] = [
  { name: 'BTC-PERPETUAL', places: 1, tick: 5, step: 100 },
  { name: 'ETH-PERPETUAL', places: 2, tick: 5, step: 10 },
];
const CHAIN = 1_498;
const ROUNDS = 9;
const WARM_UP = 3;

function options(count: number): StreamInstrument[] {
  const dates = ['27JUN26', '25SEP26', '25DEC26', '26MAR27'];
  return Array.from({ length: count }, (_, index) => {
    const coin = index % 2 === 0 ? 'BTC' : 'ETH';
    const strike = coin === 'BTC' ? 40_000 + 500 * (index >> 3) : 1_500 + 25 * (index >> 3);
    const date = dates[(index >> 1) & 3] ?? '';
    const name = `${coin}-${date}-${strike}-${(index >> 2) & 1 ? 'P' : 'C'}`;
    return { name, places: 4, tick: coin === 'BTC' ? 1 : 5, step: coin === 'BTC' ? 1 : 10 };
  });
}

/** The perpetuals at every beat, and a tenth of the chain with one to four levels a side. */
function mixed(random: () => number): readonly Said[] {
  const said: Said[] = PERPETUALS.map((_, instrument) => ({ instrument, bids: 10, asks: 10 }));
  for (let index = 0; index < CHAIN; index += 1) {
    if (random() >= 0.1) continue;
    const levels = (): number => 1 + Math.floor(random() * 4);
    said.push({ instrument: PERPETUALS.length + index, bids: levels(), asks: levels() });
  }
  return said;
}

function workloads(): Workload[] {
  const [perpetual] = PERPETUALS;
  const alone = perpetual === undefined ? [] : [perpetual];
  const deltas = (levels: number): BookStream =>
    makeStream(alone, {
      depth: 100,
      beats: 20_000,
      perBeat: () => [{ instrument: 0, bids: levels, asks: levels }],
    });
  const chain = [...PERPETUALS, ...options(CHAIN)];
  const still = { beats: 0, perBeat: () => [] };
  return [
    { name: 'snapshot 100+100', stream: stream(300), snapshots: true, target: 0.5 },
    { name: 'change 2+2', stream: deltas(2), snapshots: false, target: 0.8 },
    { name: 'change 10+10', stream: deltas(10), snapshots: false, target: 0.6 },
    {
      name: '1,500 instruments',
      stream: makeStream(chain, { depth: 20, beats: 200, perBeat: mixed }),
      snapshots: false,
      target: 0.8,
    },
  ];

  function stream(count: number): BookStream {
    return makeStream(options(count), { depth: 100, ...still });
  }
}

/**
 * Microseconds a message of each reader, each the median of its rounds. Readers take turns within a
 * round, so that a busy moment of the machine is shared.
 */
export async function run(): Promise<BenchResult[]> {
  return workloads().flatMap(measure);
}

function measure(workload: Workload): BenchResult[] {
  const { stream } = workload;
  const readers = [
    jsonParse(),
    ...[holdfast, ccxtPro, tardisDev].map((of) => of(stream.instruments)),
  ];
  const before = toFrames(workload.snapshots ? [] : stream.snapshots);
  const timed = toFrames(workload.snapshots ? stream.snapshots : stream.changes);
  const times = readers.map(() => [] as number[]);
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [index, reader] of readers.entries()) {
      const took = pass(reader, before, timed);
      if (round >= WARM_UP) times[index]?.push(took);
    }
  }
  for (const reader of readers) agree(reader, stream);
  return figures(workload, readers, times.map(median));
}

function toFrames(texts: readonly string[]): BookFrame[] {
  return texts.map((text) => ({ text, bytes: Buffer.from(text) }));
}

/**
 * Microseconds of processor time a message, the collector's threads included: a neighbour on the
 * same machine then costs nobody's figure.
 */
function pass(
  reader: BookReader,
  before: readonly BookFrame[],
  timed: readonly BookFrame[],
): number {
  reader.begin();
  for (const frame of before) reader.read(frame);
  const from = process.cpuUsage();
  for (const frame of timed) reader.read(frame);
  const { user, system } = process.cpuUsage(from);
  return (user + system) / timed.length;
}

function agree(reader: BookReader, { instruments, tops }: BookStream): void {
  for (const [index, instrument] of instruments.entries()) {
    const found = reader.top(instrument);
    const wanted = tops[index];
    if (reader.name === 'JSON.parse alone') continue;
    if (found?.bid === wanted?.bid && found?.ask === wanted?.ask) continue;
    const told = `${JSON.stringify(found)} where the venue has ${JSON.stringify(wanted)}`;
    throw new Error(`${reader.name} has for ${instrument.name} ${told}`);
  }
}

function figures(
  { name, target }: Workload,
  readers: readonly BookReader[],
  times: readonly number[],
): BenchResult[] {
  const [parse = Number.NaN, ours = Number.NaN, ...others] = times;
  const ratio = ours / parse;
  return [
    ...readers.map((reader, index) => info(`${name}: ${reader.name}`, times[index] ?? NaN, 'us')),
    info(`${name}: holdfast rate`, 1_000_000 / ours, 'messages/s'),
    {
      name: `${name}: holdfast over JSON.parse alone`,
      value: ratio,
      unit: 'x',
      target: `at most ${target}`,
      pass: ratio <= target,
    },
    ...others.map((time, index) =>
      info(`${name}: ${readers[index + 2]?.name ?? ''} over holdfast`, time / ours, 'x'),
    ),
  ];
}

function info(name: string, value: number, unit: string): BenchResult {
  return { name, value, unit, target: null, pass: true };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
