/** A tar archive whose bytes depend on its content alone: no time, no owner, no compression. */

export interface Entry {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether it may be run. */
  readonly isProgram: boolean;
}

const BLOCK = 512;
const NAME_MAX = 100;
const PREFIX_MAX = 155;
/** 1985-10-26, as npm dates what it packs: a file of 1970 makes some tools complain. */
const MTIME_S = 499_162_500;

/** POSIX ustar, sorted by path. */
export function packTar(entries: readonly Entry[]): Buffer {
  const blocks: Uint8Array[] = [];
  for (const entry of entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const padding = (BLOCK - (entry.bytes.length % BLOCK)) % BLOCK;
    blocks.push(headerOf(entry), entry.bytes, Buffer.alloc(padding));
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function headerOf({ path, bytes, isProgram }: Entry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { name, prefix } = split(path);
  header.write(name, 0);
  const octal = (value: number, offset: number, width: number): void => {
    header.write(value.toString(8).padStart(width - 1, '0'), offset);
  };
  octal(isProgram ? 0o755 : 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes.length, 124, 12);
  octal(MTIME_S, 136, 12);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return header;
}

function split(path: string): { readonly name: string; readonly prefix: string } {
  if (!/^[\x20-\x7e]+$/.test(path)) throw new Error(`${path}: a name beyond ASCII`);
  if (path.length <= NAME_MAX) return { name: path, prefix: '' };
  const cut = path.indexOf('/', path.length - NAME_MAX - 1);
  if (cut < 0 || cut > PREFIX_MAX) throw new Error(`${path}: too long for a tar header`);
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}
